from django.db import migrations

# Of a ready brief only this changes: whether it is in force, and what became of its masked copy. A migration that must
# write more of it silences the trigger first. Only tests may empty the table, by a setting of their connection.
REFUSE = """
create function briefs_refuse() returns trigger language plpgsql as $$ begin
  if tg_op = 'TRUNCATE' and current_setting('travee.may_empty', true) = 'on' then return null; end if;
  raise exception 'a brief stays as it was made (%)', tg_op using errcode = 'TR001';
end $$;
create trigger briefs_stay_as_made before update on workflows_brief for each row
  when (
    old.state = 'ready'
    and to_jsonb(new) - '{in_force,masking_tries,masking_failure}'::text[]
      is distinct from to_jsonb(old) - '{in_force,masking_tries,masking_failure}'::text[]
  )
  execute function briefs_refuse();
create trigger briefs_keep_rows before delete on workflows_brief for each row execute function briefs_refuse();
create trigger briefs_keep_table before truncate on workflows_brief
  for each statement execute function briefs_refuse();
"""
ALLOW = """
drop trigger briefs_keep_table on workflows_brief;
drop trigger briefs_keep_rows on workflows_brief;
drop trigger briefs_stay_as_made on workflows_brief;
drop function briefs_refuse;
"""


class Migration(migrations.Migration):
    dependencies = [("workflows", "0030_procurement_route")]
    operations = [migrations.RunSQL(REFUSE, ALLOW)]
