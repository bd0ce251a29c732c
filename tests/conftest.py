"""The running demo and its browser, started once for all tests that look at pages."""

from collections.abc import Iterator

import pytest

from tests.browser import Demo, running_demo


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with running_demo(tmp_path_factory.mktemp("demo")) as demo:
        yield demo
