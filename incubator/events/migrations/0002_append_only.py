from django.db import migrations

# Only tests may empty the table, by a setting of their connection; production forbids more by rights (see
# docs/operations.md): the application's role has select and insert on events, nothing else.
REFUSE = """
create function events_refuse() returns trigger language plpgsql as $$ begin
  if tg_op = 'TRUNCATE' and current_setting('travee.may_empty', true) = 'on' then return null; end if;
  raise exception 'events are append-only (%)', tg_op using errcode = 'TR001';
end $$;
create trigger events_keep_rows before update or delete on events_event
  for each row execute function events_refuse();
create trigger events_keep_table before truncate on events_event
  for each statement execute function events_refuse();
"""
ALLOW = """
drop trigger events_keep_table on events_event;
drop trigger events_keep_rows on events_event;
drop function events_refuse;
"""


class Migration(migrations.Migration):
    dependencies = [("events", "0001_initial")]
    operations = [migrations.RunSQL(REFUSE, ALLOW)]
