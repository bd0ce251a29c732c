"""All measurements, one after the other: python -m tests.bench."""

from tests.bench import (
    async_failure,
    auditor,
    boards,
    closed,
    core,
    lint,
    page_latency,
    planner,
    postgres,
    rota,
    shell,
    writers,
)

if __name__ == "__main__":
    for bench in (
        core,
        rota,
        planner,
        shell,
        closed,
        writers,
        postgres,
        page_latency,
        async_failure,
        boards,
        lint,
        auditor,
    ):
        bench.main()
