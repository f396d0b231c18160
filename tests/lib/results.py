"""Counts what passed and what failed in a result file, and prints both numbers.

    results.py meson FILE   meson's testlog.json; cmocka's own lines are counted where a program has them
    results.py junit FILE   pytest's --junitxml; a skipped test counts as failed

A file that is missing or broken counts as one failure: the suite did not get as far as writing it.
"""

import json
import re
import sys
import xml.etree.ElementTree


def meson(path):
    passed = failed = 0
    with open(path, encoding="utf-8") as file:
        for line in file:
            test = json.loads(line)
            output = test.get("stdout", "") + test.get("stderr", "")
            good = len(re.findall(r"^\[ +OK +\]", output, re.MULTILINE))
            bad = len(set(re.findall(r"^\[ +(?:FAILED|ERROR) +\] ([A-Za-z_]\w*)$", output, re.MULTILINE)))
            if test["result"] == "OK":
                passed += max(good, 1)
            elif test["result"] != "SKIP":
                passed += good
                failed += max(bad, 1)
    return passed, failed


def junit(path):
    root = xml.etree.ElementTree.parse(path).getroot()
    passed = failed = 0
    for case in root.iter("testcase"):
        kinds = {child.tag for child in case}
        if kinds & {"failure", "error", "skipped"}:
            failed += 1
        else:
            passed += 1
    return passed, failed


def main():
    kind, path = sys.argv[1:]
    try:
        passed, failed = {"meson": meson, "junit": junit}[kind](path)
    except (OSError, ValueError, xml.etree.ElementTree.ParseError) as error:
        print(f"results.py: {path}: {error}", file=sys.stderr)
        passed, failed = 0, 1
    if passed + failed == 0:
        failed = 1
    print(passed, failed)


main()
