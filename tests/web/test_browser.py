"""The page in a real Chromium: choose, wait, look; by mouse and by keyboard, wide and narrow."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("fastapi", reason="the extra 'explore' is not installed")
pytest.importorskip("selenium", reason="selenium is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver") or shutil.which("chromium-driver")
pytestmark = [
    pytest.mark.skipif(CHROMIUM is None or DRIVER is None, reason="no Chromium with its driver is installed here"),
    pytest.mark.slow,
]
PATIENCE = 240  # seconds; a busy machine is slow, and what is awaited is what is tested


class Server:
    """`remission explore` as a user starts it; can be stopped and started again on the same port."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, "0"
        self.start()

    def start(self) -> None:
        command = [
            sys.executable,
            "-m",
            "remission.cli",
            "explore",
            str(self.folder),
            "--no-browser",
            "--port",
            self.port,
        ]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.address = self.process.stdout.readline().split()[1]
        self.port = self.address.rsplit(":", 1)[1].strip("/")

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    found = Server(tmp_path_factory.mktemp("explore"))
    yield found
    found.stop()


@pytest.fixture(scope="module")
def page(server: Server) -> Iterator[Any]:
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--window-size=1400,1600"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(str(DRIVER)))
    driver.set_page_load_timeout(PATIENCE)
    driver.get(server.address)
    choose(driver, "A", "patients", "256")
    ready(driver)
    yield driver
    driver.quit()


def wait(page: Any, true: Callable[[Any], Any]) -> Any:
    from selenium.common.exceptions import StaleElementReferenceException
    from selenium.webdriver.support.ui import WebDriverWait

    return WebDriverWait(page, PATIENCE, ignored_exceptions=(StaleElementReferenceException,)).until(true)


def find(page: Any, selector: str) -> Any:
    return wait(page, lambda driver: driver.find_elements("css selector", selector))[0]


def ready(page: Any, panel: str = "A", state: str = "done") -> None:
    wait(page, lambda driver: driver.find_elements("css selector", f'[data-panel="{panel}"][data-state="{state}"]'))


def choose(page: Any, panel: str, name: str, value: str) -> None:
    from selenium.webdriver.support.ui import Select

    def chosen(driver: Any) -> bool:
        Select(find(driver, f'[data-panel="{panel}"] [name="{name}"]')).select_by_value(value)
        return True

    wait(page, chosen)


def curve(page: Any, panel: str = "A", arm: str = "pembrolizumab") -> str:
    return find(page, f'[data-panel="{panel}"] [data-figure="os"] path[data-arm="{arm}"]').get_attribute("d")


def keep(page: Any, name: str) -> None:
    """A picture to look at, where a folder for it is named."""
    if "REMISSION_PICTURES" in os.environ:
        page.save_screenshot(str(Path(os.environ["REMISSION_PICTURES"]) / f"{name}.png"))


def test_the_page_shows_every_figure_and_no_fault(page: Any):
    names = {node.get_attribute("data-figure") for node in page.find_elements("css selector", "[data-figure]")}
    assert names == {"os", "pfs", "spent", "toxicity", "swimmer", "numbers"}
    assert curve(page).count("V") > 20
    assert [entry for entry in page.get_log("browser") if entry["level"] == "SEVERE"] == []
    keep(page, "one")


def test_two_settings_stand_side_by_side_and_only_the_changed_one_moves(page: Any):
    find(page, "#compare").click()
    ready(page, "B")
    before = curve(page, "A"), curve(page, "A", "ipilimumab")
    assert (curve(page, "B"), curve(page, "B", "ipilimumab")) == before
    choose(page, "B", "molecule", "nivolumab")
    choose(page, "B", "given", "first")
    wait(page, lambda _: curve(page, "B") != before[0])
    ready(page, "B")
    assert (curve(page, "A"), curve(page, "A", "ipilimumab")) == before
    keep(page, "two")
    find(page, "#compare").click()
    assert not page.find_elements("css selector", '[data-panel="B"]')


def test_a_setting_that_is_not_possible_says_why_and_keeps_the_figures(page: Any):
    choose(page, "A", "stop", "never")
    choose(page, "A", "restart", "yes")
    ready(page, "A", "failed")
    assert "nothing to restart" in find(page, ".problems").text
    assert curve(page)
    keep(page, "refused")
    choose(page, "A", "restart", "study")
    choose(page, "A", "stop", "study")
    ready(page)


def test_it_can_be_used_by_keyboard(page: Any):
    from selenium.webdriver.common.keys import Keys

    node = find(page, '[data-panel="A"] [name="stop"]')
    node.send_keys(Keys.ARROW_DOWN)
    ready(page)
    active = page.switch_to.active_element
    assert active.get_attribute("name") == "stop"
    active.send_keys(Keys.ARROW_UP)
    active = page.switch_to.active_element
    active.send_keys(Keys.TAB)
    assert page.switch_to.active_element.get_attribute("name") == "visits"
    ready(page)


def test_in_french(page: Any):
    choose_language(page, "fr")
    try:
        assert find(page, '[data-panel="A"] h2').text == "Réglage A"
        wait(page, lambda driver: "Survie globale" in find(driver, '[data-figure="os"]').text)
        wait(page, lambda driver: "patients" in find(driver, ".status").text)
    finally:  # the page is shared: the tests that follow read it in English
        choose_language(page, "en")


def choose_language(page: Any, language: str) -> None:
    """The page in that language, its figures drawn anew."""
    from selenium.webdriver.support.ui import Select

    Select(find(page, "#language")).select_by_value(language)
    wait(page, lambda driver: driver.find_element("css selector", "html").get_attribute("lang") == language)
    ready(page)


def test_on_a_narrow_screen_nothing_leaves_the_side(page: Any):
    device = {"width": 360, "height": 800, "deviceScaleFactor": 1, "mobile": True}
    page.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", device)
    assert page.execute_script("return document.documentElement.scrollWidth") <= 360
    keep(page, "narrow")
    page.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_in_print_the_setting_is_said_and_the_form_is_not_there(page: Any):
    page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    assert "pembrolizumab" in find(page, ".said").text
    assert not find(page, "form").is_displayed()
    keep(page, "print")
    page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


def test_a_server_that_is_stopped_in_the_middle_is_waited_for_and_the_run_goes_on(page: Any, server: Server):
    choose(page, "A", "visits", "24")  # a setting of which there is no folder yet
    ready(page)
    choose(page, "A", "patients", "2048")
    wait(page, lambda driver: find(driver, '[data-panel="A"]').get_attribute("data-state") == "running")
    server.stop()
    try:
        ready(page, "A", "away")
        assert "goes on trying" in find(page, ".status").text
    finally:  # the tests that follow need it
        server.start()
    ready(page)
    assert find(page, '[data-panel="A"]').get_attribute("data-patients") == "2048"


def test_a_finished_run_can_be_opened(page: Any):
    name = wait(page, lambda driver: driver.find_elements("css selector", '[name="run"] option:nth-child(2)'))[0]
    choose(page, "A", "run", name.get_attribute("value"))
    ready(page, "A", "open")
    assert find(page, '[data-does="report"]').get_attribute("href").endswith("language=en")
