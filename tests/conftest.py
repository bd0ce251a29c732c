"""The running demo and its browser, started for each file that looks at pages."""

from collections.abc import Iterator

import pytest

from tests.browser import Demo, running_demo


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with running_demo(tmp_path_factory.mktemp("demo")) as demo:
        yield demo
