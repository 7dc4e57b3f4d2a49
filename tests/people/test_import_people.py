"""The HR system's file, from bytes to rows: what changes, what does not, and what is refused."""

import csv
import io
import re
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from django.core.management import CommandError, call_command

from incubator.events.models import Event
from incubator.events.queries import verify
from incubator.lib import clock
from incubator.people import reporting
from incubator.people.models import Department, Person, Post
from tests import factories
from tests.races.together import at_once

pytestmark = pytest.mark.django_db
HEADINGS = (
    "Matricule;Nom;Prénom;Courriel;Entité;Code service;Libellé service;Code service parent;"
    "Matricule du responsable;Responsable du service;Catégorie;Contrat;Site;Date de début;Date de fin"
)
STAFF = """
100;Œuvrard;Zoé;;Ville de Port-Aubert;DG;Direction générale;;;oui;A;titulaire;Hôtel de ville;01/03/2015;
110;Le Goff;Yann;yann@port-aubert.example;ville;ESP;Espaces verts;DG;100;oui;B;titulaire;Ateliers;;
111;Diallo;Awa;;ville;ESP;Espaces verts;DG;110;non;C;contractuel;Ateliers;2024-09-01;31/12/2099
112;N’Guyen;Linh;;ville;ESP;Espaces verts;DG;110;;C;titulaire;Ateliers;;
120;Petit;Paul;;ville;ETA;État civil;DG;100;x;B;;Mairie;;
""".strip()
OTHERS = "\n".join(
    f"{2000 + n};Agent{n};Dominique;;ville;ETA;État civil;DG;120;;C;;Mairie;;" for n in range(30)
)
ALL = f"{HEADINGS}\n{STAFF}\n{OTHERS}\n"
LAST = re.compile(
    r"(\d+) read, (\d+) arrived, (\d+) moved, (\d+) left, (\d+) changed, (\d+) unchanged, (\d+) refused"
)


@pytest.fixture(autouse=True)
def city():
    return factories.EntityFactory()


@pytest.fixture
def load(tmp_path: Path):
    """Load a text (or bytes) and return the seven numbers of the last line; `said` keeps all that was said."""

    def run(content: str | bytes, *arguments: str, day: str = "2026-11-02") -> tuple[int, ...]:
        path = tmp_path / "file.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        out, err = io.StringIO(), io.StringIO()
        try:
            with clock.moved(datetime.fromisoformat(f"{day}T12:00:00+00:00")):
                call_command("import_people", str(path), *arguments, stdout=out, stderr=err)
        finally:
            run.said = out.getvalue() + err.getvalue()
        found = LAST.fullmatch(out.getvalue().splitlines()[-1])
        assert found, out.getvalue()
        return tuple(int(number) for number in found.groups())

    return run


def test_a_post_without_end_is_written_in_more_than_one_way(load) -> None:
    assert load(ALL.replace("31/12/2099", "31/12/9999")) == (35, 35, 0, 0, 0, 0, 0)
    assert Post.objects.get(person__staff_number="111").ends_on is None


def test_everybody_arrives_and_the_second_time_nothing_changes(load, django_assert_max_num_queries) -> None:
    assert load(ALL) == (35, 35, 0, 0, 0, 0, 0)
    zoe = Person.objects.get(staff_number="100")
    assert (zoe.family_name, zoe.given_name) == ("Œuvrard", "Zoé")
    assert not zoe.has_usable_password()
    assert zoe.posts.get().starts_on == date(2015, 3, 1)
    awa = Person.objects.get(staff_number="111").posts.get()
    assert (awa.line_manager.staff_number, awa.grade_band, awa.site) == ("110", "C", "Ateliers")
    assert (awa.starts_on, awa.ends_on, awa.is_head) == (date(2024, 9, 1), None, False)
    assert Department.objects.get(code="ESP").parent.name == "Direction générale"
    assert reporting.director_of(awa.person, date(2026, 11, 2)) == zoe
    events = Event.objects.count()
    assert events == 36, "one per person, one for the organisation"
    assert verify().broken == []
    with django_assert_max_num_queries(16):
        assert load(ALL) == (35, 0, 0, 0, 0, 35, 0)
    assert load(ALL, day="2026-12-24") == (35, 0, 0, 0, 0, 35, 0)
    assert Event.objects.count() == events


def test_a_dry_run_shows_and_changes_nothing(load) -> None:
    assert load(ALL, "--dry-run") == (35, 35, 0, 0, 0, 0, 0)
    assert "100: arrive" in load.said
    assert Person.objects.count() == Event.objects.count() == Department.objects.count() == 0


def in_xlsx(text: str) -> bytes:
    book = openpyxl.Workbook()
    for cells in csv.reader(io.StringIO(text), delimiter=";"):
        typed = [int(cell) if cell.isdecimal() else cell or None for cell in cells]
        if re.fullmatch(r"\d{2}/\d{2}/2015", cells[-2]):
            typed[-2] = datetime(2015, 3, 1)  # noqa: DTZ001  as a spreadsheet has it
        book.active.append(typed)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


LATIN = ALL.replace("Œ", "Oe").replace("’", "'")


@pytest.mark.parametrize(
    ("text", "content"),
    [
        (ALL, ALL.encode("utf-8-sig")),
        (LATIN, LATIN.encode("latin-1")),
        (ALL, ALL.encode("cp1252")),
        (ALL, ALL.encode("utf-16")),
        (ALL, ALL.replace(";", ",").encode()),
        (ALL, ALL.replace(";", "\t").encode()),
        (ALL, ALL.replace("\n", "\r\n").encode()),
        (ALL, in_xlsx(ALL)),
    ],
    ids=["mark", "latin-1", "cp1252", "utf-16", "comma", "tab", "crlf", "xlsx"],
)
def test_the_same_file_in_every_dress(load, text: str, content: bytes) -> None:
    load(text)
    assert load(content) == (35, 0, 0, 0, 0, 35, 0)


def test_english_headings_in_another_order(load) -> None:
    text = "Given name,Last name,Staff number,Department code\nAda,Lovelace, ab 1 ,X\n"
    assert load(text) == (1, 1, 0, 0, 0, 0, 0)
    assert Person.objects.get().staff_number == "AB1"


def test_a_move_keeps_yesterday(load) -> None:
    load(ALL)
    moved = ALL.replace(
        "112;N’Guyen;Linh;;ville;ESP;Espaces verts;DG;110", "112;N’Guyen;Linh;;ville;ETA;État civil;DG;120"
    )
    assert load(moved, day="2026-11-20") == (35, 0, 1, 0, 0, 34, 0)
    linh = Person.objects.get(staff_number="112")
    assert [(p.department.code, p.starts_on, p.ends_on) for p in linh.posts.order_by("starts_on")] == [
        ("ESP", date(2026, 11, 2), date(2026, 11, 20)),
        ("ETA", date(2026, 11, 20), None),
    ]
    assert reporting.line_manager(linh, date(2026, 11, 19)).staff_number == "110"
    assert reporting.line_manager(linh, date(2026, 11, 20)).staff_number == "120"
    assert load(moved, day="2026-11-20") == (35, 0, 0, 0, 0, 35, 0)
    assert load(ALL, day="2026-11-20") == (35, 0, 1, 0, 0, 34, 0), "back on the same day"
    assert load(moved, day="2026-11-20") == (35, 0, 1, 0, 0, 34, 0), "and forth: the same post again"
    assert load(moved, day="2026-11-21") == (35, 0, 0, 0, 0, 35, 0)


def test_a_move_still_to_come(load) -> None:
    load(ALL)
    coming = ALL.replace(
        "112;N’Guyen;Linh;;ville;ESP;Espaces verts;DG;110;;C;titulaire;Ateliers;;",
        "112;N’Guyen;Linh;;ville;ETA;État civil;DG;120;;C;titulaire;Ateliers;2027-01-01;",
    )
    assert load(coming, day="2026-11-20")[2] == 1
    assert load(coming, day="2026-11-21") == (35, 0, 0, 0, 0, 35, 0)
    linh = Person.objects.get(staff_number="112")
    assert linh.posts.get(department__code="ESP").ends_on == date(2027, 1, 1)


def test_managers_names_and_grades_change(load) -> None:
    load(ALL)
    changed = (
        ALL.replace("111;Diallo;Awa;;ville;ESP;Espaces verts;DG;110", "111;Diallo;Awa;;ville;ESP;Espaces verts;DG;100")
        .replace("112;N’Guyen", "112;Martin")
        .replace("110;Le Goff;Yann;yann@", "110;Le Goff;Yann;y.legoff@")
    )  # fmt: skip
    assert load(changed, day="2026-11-20") == (35, 0, 0, 0, 3, 32, 0)
    awa = Person.objects.get(staff_number="111")
    assert reporting.line_manager(awa, date(2026, 11, 19)).staff_number == "110"
    assert reporting.line_manager(awa, date(2026, 11, 20)).staff_number == "100"
    assert Person.objects.get(staff_number="112").family_name == "Martin"
    assert "Martin" not in str(list(Event.objects.values_list("effects", "payload")))
    assert load(changed, day="2026-11-21") == (35, 0, 0, 0, 0, 35, 0)


def without(number: str, text: str = ALL) -> str:
    return "\n".join(line for line in text.splitlines() if not line.startswith(number + ";"))


def test_who_is_not_in_the_file_leaves_and_may_return(load) -> None:
    load(ALL)
    assert load(without("112"), day="2026-11-20") == (34, 0, 0, 1, 0, 34, 0)
    linh = Person.objects.get(staff_number="112")
    assert (linh.is_active, linh.departed_on) == (False, date(2026, 11, 20))
    assert load(without("112"), day="2026-11-21") == (34, 0, 0, 0, 0, 34, 0)
    assert load(ALL, day="2026-11-22") == (35, 1, 0, 0, 0, 34, 0)
    linh.refresh_from_db()
    assert (linh.is_active, linh.departed_on, linh.has_usable_password()) == (True, None, False)
    verbs = Event.objects.filter(subject_key=linh.key).order_by("sequence").values_list("verb", flat=True)
    assert list(verbs) == ["arrived", "departed", "returned"]


def test_a_last_day_in_the_file(load) -> None:
    load(ALL)
    ends = ALL.replace(
        "112;N’Guyen;Linh;;ville;ESP;Espaces verts;DG;110;;C;titulaire;Ateliers;;",
        "112;N’Guyen;Linh;;ville;ESP;Espaces verts;DG;110;;C;titulaire;Ateliers;;30/11/2026",
    )
    assert load(ends, day="2026-11-20") == (35, 0, 0, 0, 1, 34, 0)
    assert Post.objects.get(person__staff_number="112").ends_on == date(2026, 12, 1)
    assert load(ends, day="2026-11-20") == (35, 0, 0, 0, 0, 35, 0)
    assert load(ends, day="2026-12-10")[3:] == (0, 0, 35, 0), "a job of the night notes the departure"


def test_a_line_that_is_over_is_a_departure(load) -> None:
    load(ALL)
    over = ALL.replace(
        "112;N’Guyen;Linh;;ville;ESP;Espaces verts;DG;110;;C;titulaire;Ateliers;;",
        "112;N’Guyen;Linh;;ville;ESP;Espaces verts;DG;110;;C;titulaire;Ateliers;;15/11/2026",
    )
    assert load(over, day="2026-11-20") == (35, 0, 0, 1, 0, 34, 0)
    assert Person.objects.get(staff_number="112").departed_on == date(2026, 11, 16)
    assert load(over, day="2026-11-21") == (35, 0, 0, 0, 0, 35, 0)


def test_more_than_a_tenth_does_not_leave_without_a_word(load) -> None:
    load(ALL)
    half = f"{HEADINGS}\n{STAFF}\n"
    with pytest.raises(CommandError, match="--allow-leavers 30"):
        load(half, day="2026-11-20")
    assert Person.objects.filter(is_active=True).count() == 35
    with pytest.raises(CommandError):
        load(half, "--allow-leavers", "29", day="2026-11-20")
    assert load(half, "--partial", day="2026-11-20") == (5, 0, 0, 0, 0, 5, 0)
    assert load(half, "--dry-run", day="2026-11-20")[3] == 30
    assert load(half, "--allow-leavers", "30", day="2026-11-20") == (5, 0, 0, 30, 0, 5, 0)


def test_only_the_entities_of_the_file_are_touched(load) -> None:
    load(ALL)
    factories.EntityFactory(key="ccas", name="CCAS")
    care = HEADINGS + "\n".join(["", *(f"{n};Nom{n};Sam;;CCAS;AID;Aide;;;;C;;;;" for n in range(500, 520))])
    assert load(care) == (20, 20, 0, 0, 0, 0, 0)
    both = care + "\n112;N’Guyen;Linh;;CCAS;AID;Aide;;;;C;;;;"
    assert load(both, day="2026-11-20") == (21, 0, 0, 0, 1, 20, 0), "one more post, the other stays"
    assert load(without("112"), day="2026-11-21") == (34, 0, 0, 0, 1, 34, 0), "one post less, nobody leaves"
    assert Person.objects.get(staff_number="112").is_active


def test_departments_are_renamed_moved_closed_and_opened_again(load) -> None:
    load(ALL)
    renamed = ALL.replace("Espaces verts", "Nature en ville").replace(
        "ETA;État civil;DG", "ETA;État civil;ESP"
    )
    assert load(renamed, day="2026-11-20") == (35, 0, 0, 0, 0, 35, 0)
    assert Department.objects.get(code="ESP").name == "Nature en ville"
    assert Department.objects.get(code="ETA").parent.code == "ESP"
    periods = Department.objects.get(code="ESP").periods.order_by("starts_on")
    assert [(period.name, period.ends_on) for period in periods] == [
        ("Espaces verts", date(2026, 11, 20)),
        ("Nature en ville", None),
    ]
    event = Event.objects.filter(subject_kind="organisation").order_by("-sequence")[0]
    assert {line["what"] for line in event.effects} == {"department_renamed", "department_moved"}
    gone = without("110", without("111", without("112", ALL))).replace("DG;110", "DG;100")
    assert load(gone, day="2026-11-21")[3] == 3
    assert Department.objects.get(code="ESP").closed_on == date(2026, 11, 21)
    load(ALL, day="2026-11-22")
    assert Department.objects.get(code="ESP").closed_on is None
    assert load(ALL, day="2026-11-22") == (35, 0, 0, 0, 0, 35, 0)


BAD = {
    "400;;Ana;;ville;ESP;;DG;;;;;;;": ("Nom", 1),
    ";Doe;Ana;;ville;ESP;;DG;;;;;;;": ("Matricule", 1),
    "400;Doe;Ana;;Atlantide;ESP;;DG;;;;;;;": ("Entité", 1),
    "400;Doe;Ana;;ville;;;DG;;;;;;;": ("Code service", 1),
    "400;Doe;Ana;;ville;ESP;;DG;;peut-être;;;;;": ("Responsable du service", 1),
    "400;Doe;Ana;;ville;ESP;;DG;;;D;;;;": ("Catégorie", 1),
    "400;Doe;Ana;;ville;ESP;;DG;;;;;;31/02/2020;": ("Date de début", 1),
    "400;Doe;Ana;;ville;ESP;;DG;;;;;;01/02/2020;01/01/2020": ("Date de fin", 1),
    "400;Doe;Ana;;ville;ESP;;DG;400;;;;;;": ("Matricule du responsable", 1),
    "400;Doe\x00;Ana;;ville;ESP;;DG;;;;;;;": ("Nom", 1),
    f"400;{'x' * 101};Ana;;ville;ESP;;DG;;;;;;;": ("Nom", 1),
    "400;Doe;Ana;;ville;ESP;;DG;;;;;;;;extra": ("", 1),
    "111;Autre;Awa;;ville;ETA;;DG;;;;;;;": ("Nom", 1),
    "111;Diallo;Awa;;ville;ESP;;DG;;;;;;;": ("Code service", 1),
    "401;Un;Ana;;ville;ESP;;DG;402;;;;;;\n402;Deux;Ana;;ville;ESP;;DG;401;;;;;;": ("Matricule du responsable", 2),
}  # fmt: skip


@pytest.mark.parametrize("line", BAD, ids=range(len(BAD)))
def test_a_bad_line_is_named_and_the_others_load(load, tmp_path: Path, line: str) -> None:
    column, lines = BAD[line]
    report = tmp_path / "report.csv"
    assert load(f"{ALL}{line}\n", "--report", str(report)) == (35 + lines, 35, 0, 0, 0, 0, lines)
    with report.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.reader(stream, delimiter=";"))
    assert [(row[0], row[1]) for row in rows[1:]] == [(str(37 + n), column) for n in range(lines)]
    assert all(row[2] for row in rows)


def test_nobody_leaves_for_a_bad_line(load) -> None:
    load(ALL)
    assert load(ALL.replace("112;N’Guyen;Linh;;ville;ESP", "112;;Linh;;ville;ESP"))[3] == 0
    nameless = ALL.replace("112;N’Guyen", ";N’Guyen")
    assert load(nameless)[3] == 0, "the line without a number may be the one who is missing"
    assert Person.objects.get(staff_number="112").is_active


@pytest.mark.parametrize("typed", ["not an email", "a@b", f"{'a' * 250}@le-havre.example"])
def test_a_bad_address_costs_nobody_their_place(load, tmp_path: Path, typed: str) -> None:
    report = tmp_path / "report.csv"
    line = f"400;Doe;Ana;{typed};ville;ESP;;DG;;;;;;;\n"
    assert load(f"{ALL}{line}", "--report", str(report)) == (36, 36, 0, 0, 0, 0, 0)
    assert Person.objects.get(staff_number="400").email == ""
    with report.open(encoding="utf-8-sig", newline="") as stream:
        row = list(csv.reader(stream, delimiter=";"))[1]
    assert (row[0], row[1], row[3]) == ("37", "Courriel", "oui")
    assert "chargé sans elle" in row[2]
    load(ALL + line.replace(typed, "ana@le-havre.example"), day="2026-11-03")
    load(ALL + line, day="2026-11-04")
    assert Person.objects.get(staff_number="400").email == "ana@le-havre.example", "what is known is kept"


def test_a_line_with_too_many_cells_is_named_without_a_column(load) -> None:
    load(f"{ALL}400;Doe;Ana;;ville;ESP;;DG;;;;;;;;extra\n")
    assert "ligne 37\N{NO-BREAK SPACE}: " in load.said


def test_a_manager_nobody_knows_is_left_out_with_a_notice(load) -> None:
    assert load(f"{ALL}400;Doe;Ana;;ville;ESP;;DG;99999;;;;;;\n") == (36, 36, 0, 0, 0, 0, 0)
    assert "99999" in load.said
    assert Post.objects.get(person__staff_number="400").line_manager is None


@pytest.mark.parametrize("known", [False, True])
def test_a_manager_whose_own_line_is_over_is_left_out_the_second_time_too(load, known: bool) -> None:
    manager = "400;Doe;Ana;;ville;ESP;Espaces verts;DG;110;;B;;;01/03/2015;"
    member = "401;Roe;Ben;;ville;ESP;Espaces verts;DG;400;;C;;;;\n"
    if known:
        load(f"{ALL}{manager}\n{member}", day="2026-11-01")
        assert Post.objects.get(person__staff_number="401").line_manager.staff_number == "400"
    over = f"{ALL}{manager}01/11/2026\n{member}"
    load(over)
    assert "400" in load.said
    assert Post.objects.get(person__staff_number="401", ends_on=None).line_manager is None
    assert Person.objects.filter(staff_number="400", is_active=True).count() == 0
    assert load(over, day="2026-11-03") == (37, 0, 0, 0, 0, 37, 0)


def test_a_ring_over_what_is_known_is_refused(load) -> None:
    load(ALL)
    ring = ALL.replace(
        "100;Œuvrard;Zoé;;Ville de Port-Aubert;DG;Direction générale;;;",
        "100;Œuvrard;Zoé;;ville;DG;Direction générale;;111;",
    )
    *_, refused = load(ring)
    assert refused == 3, "100, 110 and 111 each answer to the next"
    assert Post.objects.get(person__staff_number="100", ends_on=None).line_manager is None


def test_a_department_is_never_above_itself(load) -> None:
    load(ALL)
    ring = ALL.replace("DG;Direction générale;;;", "DG;Direction générale;ESP;;")
    assert load(ring)[5:] == (35, 0)
    assert Department.objects.get(code="DG").parent is None


def test_two_posts_and_cells_of_several_lines(load) -> None:
    second = '110;Le Goff;Yann;;ville;ETA;"État\ncivil";DG;120;;B;;Mairie;;\n400;;;;ville;ESP;;DG;;;;;;;\n'
    assert load(ALL + second) == (37, 35, 0, 0, 0, 0, 1)
    assert Person.objects.get(staff_number="110").posts.count() == 2
    assert "39" in load.said, "the line as an editor counts it"
    assert load(ALL + second)[4:6] == (0, 35)


def test_a_guests_number_is_refused(load) -> None:
    factories.PersonFactory(guest=True, staff_number="400")
    assert load(f"{ALL}400;Doe;Ana;;ville;ESP;;DG;;;;;;;\n")[6] == 1
    assert Person.objects.get(staff_number="400").kind == "guest"


@pytest.mark.parametrize(
    "content",
    ["", "\n\n", "Nom;Prénom\nA;B\n", "Matricule;N° matricule;Nom;Prénom;Code service\n", "PK\x03\x04 no sheet",
     'Matricule;Nom;Prénom;Code service\n1;"' + "x" * 200_000],
    ids=["empty", "blank", "columns", "twice", "sheet", "quote"],
)  # fmt: skip
def test_a_file_that_cannot_be_read_changes_nothing(load, content: str) -> None:
    with pytest.raises(CommandError):
        load(content)
    assert Person.objects.count() == 0


def test_what_stops_the_command(load, tmp_path: Path) -> None:
    factories.EntityFactory(key="ccas")
    for arguments in (("--date", "2999-01-01"), ("--entity", "atlantide")):
        with pytest.raises(CommandError):
            load(ALL, *arguments)
    with pytest.raises(CommandError, match="--entity"):
        load("Matricule;Nom;Prénom;Code service\n1;A;B;X\n")
    assert load("Matricule;Nom;Prénom;Code service\n1;A;B;X\n", "--entity", "ccas")[1] == 1
    with pytest.raises(CommandError):
        call_command("import_people", str(tmp_path / "missing.csv"))


def test_a_formula_in_a_report_is_text(load, tmp_path: Path) -> None:
    report = tmp_path / "report.csv"
    text = ALL.replace("Courriel", "=Courriel") + "400;Doe;Ana;=cmd();ville;ESP;;DG;;;;;;;\n"
    assert load(text, "--report", str(report))[6] == 0
    assert "=cmd()" in report.read_text()
    assert not re.search(r"(^|;)=", report.read_text())


def people(number: int) -> str:
    lines = [HEADINGS, "1;Nom;Ada;;ville;DG;Direction générale;;;oui;A;;;;"]
    for n in range(2, number + 1):
        code = f"S{n % 150}"
        lines.append(f"{n};Nom{n};Ada;;ville;{code};Service {code};DG;1;;C;titulaire;Site {n % 20};;")
    return "\n".join(lines)


def test_statements_do_not_grow_with_people(load, django_assert_max_num_queries) -> None:
    with django_assert_max_num_queries(45):
        assert load(people(900))[1] == 900
    with django_assert_max_num_queries(45):
        assert load(people(900).replace(";C;", ";B;"), day="2026-11-20")[4] == 899


@pytest.mark.django_db(transaction=True)
def test_two_imports_at_one_instant_load_once(tmp_path: Path) -> None:
    factories.EntityFactory()
    path = tmp_path / "file.csv"
    path.write_text(ALL)

    def run() -> str:
        out = io.StringIO()
        call_command("import_people", str(path), stdout=out, stderr=io.StringIO())
        return out.getvalue().splitlines()[-1]

    assert sorted(at_once(run, run)) == [
        "35 read, 0 arrived, 0 moved, 0 left, 0 changed, 35 unchanged, 0 refused",
        "35 read, 35 arrived, 0 moved, 0 left, 0 changed, 0 unchanged, 0 refused",
    ]
