-- Two roles for production: the owner migrates, the application works and cannot change events.
-- Run by a superuser in Travée's own database: once before the first `manage.py migrate`, and again after every
-- migration (it may be run any number of times). Passwords are set apart: alter role … password '…'.

do $$ begin
  if not exists (select from pg_roles where rolname = 'travee_owner') then create role travee_owner login; end if;
  if not exists (select from pg_roles where rolname = 'travee_app') then create role travee_app login; end if;
end $$;

revoke create on schema public from public;
grant usage, create on schema public to travee_owner;
grant usage on schema public to travee_app;

-- What the owner makes from now on, and what is there already.
alter default privileges for role travee_owner in schema public
  grant select, insert, update, delete on tables to travee_app;
alter default privileges for role travee_owner in schema public
  grant usage, select on sequences to travee_app;
grant select, insert, update, delete on all tables in schema public to travee_app;
grant usage, select on all sequences in schema public to travee_app;

-- The event log: read and append, nothing else. The list of migrations is the owner's.
do $$ begin
  if to_regclass('public.events_event') is not null then
    revoke update, delete, truncate, references, trigger on public.events_event from travee_app;
  end if;
  if to_regclass('public.django_migrations') is not null then
    revoke insert, update, delete, truncate on public.django_migrations from travee_app;
  end if;
end $$;
