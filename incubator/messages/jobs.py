from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from incubator.events.models import Event
from incubator.messages import actions, mail


@app.task(name="messages.tell", retry=RetryStrategy(max_attempts=5, exponential_wait=4))
def tell(event_id: int) -> None:
    """Nothing else leads from an event to its messages, so a lock or a lost connection may not end it; told again, who
    has been told is not told twice."""
    actions.tell(Event.objects.get(pk=event_id))


@app.task(name="messages.send")
def send(message_id: int) -> None:
    message = actions.take(message_id)
    if message is not None:
        mail.send(message)


@app.periodic(cron="*/5 * * * *")
@app.task(name="messages.sweep", queueing_lock="messages.sweep")
def sweep(timestamp: int) -> None:
    actions.give_up_lost_mails()
    actions.requeue_forgotten_mails()
