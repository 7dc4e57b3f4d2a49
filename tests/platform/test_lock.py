"""The lock's checker notices each way a lock can be wrong."""

from bin.checks import lock

PYPROJECT = """
[project]
requires-python = ">=3.11"
dependencies = ["django~=5.2.0", "psycopg[binary]~=3.3"]
[project.optional-dependencies]
dev = ["pytest~=9.0"]
"""
PRODUCT = "django==5.2.19 \\\n    --hash=sha256:aa\npsycopg[binary]==3.3.9 \\\n    --hash=sha256:bb\n"
PYTEST = "pytest==9.2.0 \\\n    --hash=sha256:cc\n"


def locks(product: str = PRODUCT, dev: str = PRODUCT + PYTEST, asked: str = PYPROJECT) -> dict[str, str]:
    import tomllib

    project = tomllib.loads(asked)
    return {
        "requirements.txt": lock.header(lock.asked(project, dev=False), ">=3.11") + product,
        "requirements-dev.txt": lock.header(lock.asked(project, dev=True), ">=3.11") + dev,
    }


def test_a_lock_in_step_has_no_fault() -> None:
    assert lock.faults(PYPROJECT, locks()) == []


def test_a_changed_wish_is_noticed_even_when_the_pin_still_fits() -> None:
    assert lock.faults(PYPROJECT.replace("~=5.2.0", "~=5.2.1"), locks()) == [
        "requirements.txt was not made from this pyproject.toml: run bin/lock",
        "requirements-dev.txt was not made from this pyproject.toml: run bin/lock",
    ]


def test_a_missing_package_and_a_pin_that_does_not_fit_are_named() -> None:
    wrong = PRODUCT.replace("5.2.19", "4.2.1")
    assert "requirements.txt: django is 4.2.1, asked ~=5.2.0" in lock.faults(
        PYPROJECT, locks(wrong, wrong + PYTEST)
    )
    assert lock.faults(PYPROJECT, locks(dev=PRODUCT)) == ["requirements-dev.txt: pytest is missing"]


def test_the_two_locks_must_agree() -> None:
    newer = PRODUCT.replace("5.2.19", "5.2.20") + PYTEST
    assert lock.faults(PYPROJECT, locks(dev=newer)) == [
        "django is 5.2.19 in requirements.txt and 5.2.20 in requirements-dev.txt"
    ]


def test_an_index_an_address_and_a_pin_without_hash_are_refused() -> None:
    bad = PRODUCT.replace("    --hash=sha256:aa", "") + "--extra-index-url https://example.org\n"
    assert lock.faults(PYPROJECT, locks(bad, PRODUCT + PYTEST)) == [
        "requirements.txt: names an index: --extra-index-url https://example.org",
        "requirements.txt: holds an address: --extra-index-url https://example.org",
        "requirements.txt: django==5.2.19 has no hash",
    ]
