"""All measurements, one after the other: python -m tests.bench."""

from tests.bench import (
    async_failure,
    auditor,
    boards,
    closed,
    core,
    kill_sweep,
    lint,
    page_latency,
    planner,
    postgres,
    rota,
    shell,
    storm,
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
        storm,
        kill_sweep,
    ):
        bench.main()
