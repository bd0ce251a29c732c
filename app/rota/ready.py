"""Is the rota ready? Everything that the lint looks at, read for one program, and what it finds."""

from sqlalchemy import Connection

from app.shell import Shell
from dispatch.rota.lint.found import Finding

DAYS = 60


def findings(connection: Connection, shell: Shell, program: str, days: int = DAYS) -> tuple[Finding, ...]:
    """What is to mend from now on, the most urgent first. Empty where no rota is set up."""
    return ()
