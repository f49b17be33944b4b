"""Jobs that workers do; each calls a function that the commands call too."""

from celery import shared_task

from directory.mail.sending import send_due, send_each

# What is left when the time is over is sent by the next.
SOFT_SECONDS, HARD_SECONDS = 300, 360


@shared_task(
    name="directory.tasks.send_mails", ignore_result=True, soft_time_limit=SOFT_SECONDS, time_limit=HARD_SECONDS
)
def send_mails(pks: list[int]) -> None:
    """Send these mails, each once."""
    send_each(pks)


@shared_task(
    name="directory.tasks.send_due_mails", ignore_result=True, soft_time_limit=SOFT_SECONDS, time_limit=HARD_SECONDS
)
def send_due_mails() -> None:
    """Send what is due and was not sent as it was written: a server had refused it, or a worker was down."""
    send_due()
