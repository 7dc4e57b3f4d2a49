"""A request key is each person's own (law 9): one that somebody else has used protects all the same."""

import pytest
from django.test import Client
from django.urls import reverse

from ideas.drafting.models import Idea
from incubator.people.once import new_key
from tests.factories import CallFactory, PersonFactory

pytestmark = pytest.mark.django_db


def test_each_who_sends_a_key_gets_the_own_first_result() -> None:
    call = CallFactory()
    key = new_key()
    led_to = []
    for person in (PersonFactory(employed=True), PersonFactory(employed=True)):
        client = Client()
        client.force_login(person)
        sent = {"request_key": key, "call": str(call.key), "danger": "no", "whose": "mine"}
        answers = [client.post(reverse("idea-new"), sent) for _ in range(3)]
        assert {answer.status_code for answer in answers} == {302}
        assert len({answer["Location"] for answer in answers}) == 1
        led_to.append(answers[0]["Location"])
    assert len(set(led_to)) == 2
    assert Idea.objects.count() == 2
