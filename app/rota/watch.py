"""What the rota tells people by itself: reminders before a shift, and holes to those who can fill them."""

from app.shell import Shell


def watch(shell: Shell) -> int:
    """Owe every reminder and notice that is due now and was not told before; answers how many. Called every half
    minute; a thing is told once, and what is past is not told at all."""
    return 0
