"""Real input: the projects of Paris as precedents, and files as untidy as files are."""

import csv
import io
import logging
from itertools import pairwise
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from bin.benchmarks.rounds import timed
from ideas.calls.models import Programme
from ideas.drafting import actions
from ideas.drafting.models import Idea, IdeaContent, Precedent
from ideas.precedents import rules
from ideas.precedents.queries import source_of
from incubator.events.models import Event
from incubator.events.queries import verify
from incubator.people.actors import Actor
from tests.factories import CallFactory, IdeaFactory, PersonFactory, ProgrammeFactory
from tests.platform.memory import memory

PARIS = Path(__file__).resolve().parents[2] / "fixtures" / "paris_projects.csv"
COLUMNS = PARIS.read_text(encoding="utf-8").splitlines()[0].split(",")
LINE = {
    "thematique": "Cadre de vie",
    "identifiant_projet_gagnant": "1605",
    "titre_projet_gagnant": "Verdir l’école",
    "budget_global_projet_gagnant": "8000",
    "avancement_projet": "FIN",
    "debut_etudes_projet": "2016-02",
    "lancement_procedure_projet": "NON LANCÉE",
    "lancement_travaux_projet": "2016-09",
    "livraison_prev_projet": "2016-08",
    "ouverture_projet": "2016-10",
}


def written(rows, separator=","):
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, delimiter=separator, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(dict.fromkeys(COLUMNS, "") | LINE | row for row in rows)
    return out.getvalue()


def load(path, *options, language="en"):
    out, err = io.StringIO(), io.StringIO()
    given = [
        "--source=paris",
        "--programme=paris",
        *([f"--language={language}"] if language else []),
        *options,
    ]
    call_command("import_ideas", str(path), *given, stdout=out, stderr=err)
    return out.getvalue().strip().splitlines()[-1], err.getvalue()


def of(rows, tmp_path, encoding="utf-8", separator=","):
    path = tmp_path / "lignes.csv"
    path.write_bytes(written(rows, separator).encode(encoding))
    return path


@pytest.mark.django_db
def test_paris_is_loaded_twice_and_the_second_time_changes_nothing():
    assert load(PARIS)[0] == "1000 read, 1000 created, 0 updated, 0 unchanged, 0 refused"
    assert load(PARIS)[0] == "1000 read, 0 created, 0 updated, 1000 unchanged, 0 refused"
    assert Idea.objects.filter(state="precedent").count() == Precedent.objects.count() == 1000
    assert IdeaContent.history.count() == 1000
    events = Event.objects.filter(subject_kind="idea")
    assert set(events.values_list("verb", "system", "sequence")) == {("imported", "import", 1)}
    assert events.count() == 1000
    assert verify().broken == []
    programme = Programme.objects.get(key="paris")
    assert (programme.kind, programme.entity.name) == ("citizens", "Ville de Paris")


@pytest.mark.django_db
def test_a_precedent_keeps_the_words_months_and_inversions(tmp_path):
    load(of([{}], tmp_path))
    precedent = Precedent.objects.get()
    assert precedent.words["lancement_procedure_projet"] == "NON LANCÉE"
    assert {"name": "procedure", "month": "", "words": "NON LANCÉE"} in precedent.milestones
    assert precedent.inversions == [{"earlier": "works", "later": "delivery", "months": 1}]
    event = Event.objects.get(subject_kind="idea")
    assert event.payload["milestones"]["works"] == "2016-09"
    assert event.payload["inversions"] == precedent.inversions
    assert "Verdir" not in str(event.payload)


@pytest.mark.django_db
def test_a_changed_line_is_a_new_version_with_its_event(tmp_path):
    load(of([{}], tmp_path))
    assert load(of([{"titre_projet_gagnant": "Verdir la cour"}], tmp_path))[0] == (
        "1 read, 0 created, 1 updated, 0 unchanged, 0 refused"
    )
    idea = Idea.objects.get()
    assert (idea.title, idea.content.title, idea.content.version) == ("Verdir la cour", "Verdir la cour", 2)
    assert list(Event.objects.filter(subject_key=idea.key).values_list("verb", flat=True)) == [
        "imported",
        "import_updated",
    ]
    versions = IdeaContent.history.order_by("version").values_list("version", "history_change_reason")
    assert list(versions) == [(1, "imported"), (2, "imported")]


@pytest.mark.django_db
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";"])
def test_encodings_and_separators(tmp_path, encoding, separator):
    rows = [{"titre_projet_gagnant": "L’été, « à la cour » ;\nsur deux lignes"}]
    assert load(of(rows, tmp_path, encoding, separator))[0].startswith("1 read, 1 created")
    assert Idea.objects.get().title == "L’été, « à la cour » ; sur deux lignes"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"debut_etudes_projet": "2016-13"}, "debut_etudes_projet"),
        ({"debut_etudes_projet": "02/2016"}, "debut_etudes_projet"),
        ({"budget_global_projet_gagnant": "beaucoup"}, "budget_global_projet_gagnant"),
        ({"budget_global_projet_gagnant": "-5"}, "budget_global_projet_gagnant"),
        ({"titre_projet_gagnant": "  "}, "titre_projet_gagnant"),
        ({"identifiant_projet_gagnant": ""}, "identifiant_projet_gagnant"),
        ({"identifiant_projet_gagnant": "1"}, "twice"),
        ({"titre_projet_gagnant": "nul\x00"}, "NUL"),
    ],
)
def test_a_bad_line_is_reported_and_the_others_load(tmp_path, change, said):
    rows = [{"identifiant_projet_gagnant": "1"}, change, {"identifiant_projet_gagnant": "3"}]
    last, errors = load(of(rows, tmp_path))
    assert last == "3 read, 2 created, 0 updated, 0 unchanged, 1 refused"
    assert said in errors
    assert "line 3" in errors


@pytest.mark.django_db
def test_a_quote_never_closed_costs_its_own_line_only(tmp_path):
    path = of([{"identifiant_projet_gagnant": str(number)} for number in range(5)], tmp_path)
    lines = path.read_bytes().decode().split("\r\n")
    lines[2] = '"jamais fermé' + lines[2]
    path.write_bytes("\r\n".join(lines).encode())
    last, errors = load(path)
    assert last == "5 read, 4 created, 0 updated, 0 unchanged, 1 refused"
    assert "line 3" in errors


@pytest.mark.django_db
def test_one_bad_byte_in_a_utf8_file_costs_its_own_line_only(tmp_path):
    path = of([{"identifiant_projet_gagnant": "1"}, {"identifiant_projet_gagnant": "2"}], tmp_path)
    content = path.read_bytes()
    at = content.rindex("école".encode())
    path.write_bytes(content[:at] + b"\xe9" + content[at:])
    assert load(path)[0] == "2 read, 1 created, 0 updated, 0 unchanged, 1 refused"
    assert Idea.objects.get().title == "Verdir l’école"


@pytest.mark.django_db
def test_a_dry_run_writes_nothing(tmp_path):
    assert load(of([{}], tmp_path), "--dry-run")[0].startswith("1 read, 1 created")
    assert not Programme.objects.exists()
    assert not Event.objects.exists()


@pytest.mark.django_db
def test_the_report_lists_each_line_and_escapes_formulas(tmp_path):
    rows = [{"identifiant_projet_gagnant": "=1+1"}, {"identifiant_projet_gagnant": ""}]
    report = tmp_path / "rapport.csv"
    load(of(rows, tmp_path), f"--report={report}")
    lines = list(csv.DictReader(io.StringIO(report.read_text(encoding="utf-8-sig"))))
    assert [line["outcome"] for line in lines] == ["created", "refused"]
    assert lines[0]["number"] == "'=1+1"
    assert lines[0]["remark"] == "the works, one month after the delivery"
    assert Precedent.objects.get().source_number == "=1+1"


@pytest.mark.django_db
def test_it_speaks_the_language_of_the_installation(tmp_path):
    rows = [{}, {"identifiant_projet_gagnant": "2", "debut_etudes_projet": "2016-13"}]
    report = tmp_path / "rapport.csv"
    last, errors = load(of(rows, tmp_path), f"--report={report}", language="")
    assert last == "2 read, 1 created, 0 updated, 0 unchanged, 1 refused"
    nbsp = "\N{NO-BREAK SPACE}"
    assert f"ligne 3{nbsp}: debut_etudes_projet{nbsp}: «{nbsp}2016-13{nbsp}» n’est pas un mois" in errors
    lines = list(csv.DictReader(io.StringIO(report.read_text(encoding="utf-8-sig"))))
    assert [line["résultat"] for line in lines] == ["créé", "refusé"]
    assert lines[0]["remarque"] == "les travaux, un mois après la livraison"
    path = tmp_path / "autre.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(CommandError, match="doit nommer les colonnes"):
        load(path, language="")


@pytest.mark.django_db
def test_a_file_that_is_no_such_file_is_refused_whole(tmp_path):
    path = tmp_path / "autre.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(CommandError, match="must name the columns"):
        load(path)
    with pytest.raises(CommandError):
        load(tmp_path / "absent.csv")
    assert not Programme.objects.exists()


@pytest.mark.django_db
def test_a_staff_programme_takes_no_precedents(tmp_path):
    ProgrammeFactory(key="paris")
    with pytest.raises(CommandError, match="staff ideas"):
        load(of([{}], tmp_path))


@pytest.mark.django_db
def test_a_source_loaded_elsewhere_is_refused_and_leaves_no_empty_programme(tmp_path):
    path = of([{}], tmp_path)
    load(path)
    with pytest.raises(CommandError, match="is loaded in the programme paris already"):
        load(path, "--programme=autre")
    assert [programme.key for programme in Programme.objects.all()] == ["paris"]


@pytest.mark.django_db
def test_a_precedent_is_copied_into_a_draft_and_names_its_source(tmp_path):
    load(of([{}], tmp_path))
    precedent = Idea.objects.get()
    author = PersonFactory(employed=True)
    CallFactory()
    idea = actions.copy_precedent(precedent=precedent, by=Actor(person=author))
    assert (idea.state, idea.copied_from, idea.title) == ("draft", precedent, "Verdir l’école")
    assert "Ville de Paris / opendata.paris.fr, ODbL" in source_of(precedent).attribution
    precedent.refresh_from_db()
    assert precedent.state == "precedent"
    submitted = IdeaFactory(author=author, live=True, copied_from=precedent)
    client = Client(headers={"accept-language": "en"})
    client.force_login(author)
    for page in (f"/ideas/{idea.key}/edit", f"/ideas/{submitted.key}"):
        text = client.get(page).text
        assert f'Inspired by: <a href="/ideas/{precedent.key}">Verdir l’école</a>' in text
        assert "Ville de Paris / opendata.paris.fr, ODbL" in text
    assert "Inspired by" not in client.get(f"/ideas/{precedent.key}").text


@pytest.mark.django_db
def test_an_import_takes_the_same_queries_for_any_number_of_new_lines(
    tmp_path, django_assert_max_num_queries
):
    load(of([{"identifiant_projet_gagnant": "0"}], tmp_path))
    rows = [{"identifiant_projet_gagnant": str(number)} for number in range(1, 101)]
    with django_assert_max_num_queries(16):
        load(of(rows, tmp_path))


@pytest.mark.prove
@pytest.mark.django_db
def test_twenty_thousand_lines_are_loaded_soon_and_in_little_memory(tmp_path):
    """As the projects of Paris are written: each of its lines twenty times, under numbers of their own. Seconds are
    those spent computing: the machine does other things meanwhile."""
    with PARIS.open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    rows = [
        line | {"identifiant_projet_gagnant": f"{line['identifiant_projet_gagnant']}-{copy}"}
        for copy in range(20)
        for line in lines
    ]
    path = of(rows, tmp_path)
    del rows, lines
    with memory() as grown, timed() as first:
        assert load(path)[0] == "20000 read, 20000 created, 0 updated, 0 unchanged, 0 refused"
    with memory() as again, timed() as second:
        assert load(path)[0] == "20000 read, 0 created, 0 updated, 20000 unchanged, 0 refused"
    for run, more in ((first, grown), (second, again)):
        logging.info("20,000 lines: %.1f s, %.1f s of them computing, %.0f MB", run.took, run.worked, more.mb)
    assert first.worked < 20 * 3, "seconds for each thousand"
    assert second.worked < 20
    assert max(grown.mb, again.mb) < 100


@given(st.lists(st.tuples(st.integers(2000, 2030), st.integers(1, 12)), max_size=5))
def test_inversions_are_exactly_the_steps_back(dates):
    months = [f"{year}-{month:02}" for year, month in dates]
    found = rules.inversions([rules.Milestone(str(place), month, "") for place, month in enumerate(months)])
    assert len(found) == sum(first > second for first, second in pairwise(months))
    assert all(one["months"] > 0 for one in found)


@pytest.mark.django_db
def test_the_page_of_a_precedent_names_its_source(client, tmp_path):
    load(of([{}], tmp_path))
    client.force_login(PersonFactory(employed=True))
    answer = client.get(f"/ideas/{Idea.objects.get().key}")
    assert answer.status_code == 200
    assert "Ville de Paris / opendata.paris.fr, ODbL" in answer.content.decode()
