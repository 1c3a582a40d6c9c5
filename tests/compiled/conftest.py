"""The demo, as in the tests of the demo."""

from tests.demo.conftest import demo as demo
from tests.demo.conftest import schema as schema
