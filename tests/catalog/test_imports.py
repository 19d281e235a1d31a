"""Bytes → records, and a reason with file and line for everything else."""

from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from apps.catalog import imports
from apps.catalog.imports import DiskFiles, HeldFiles, LeftOut
from apps.catalog.imports.sources import LARGEST

LEDGER = """apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: ledger
spec:
  type: service
  lifecycle: production
  owner: money
"""


NAMED_WRONGLY = (
    "the name “the ledger” breaks the catalog's rules: "
    "up to 63 letters and digits, with -, _ and . between them"
)


def read(text, name="catalog-info.yaml", **more):
    content = text if isinstance(text, bytes) else text.encode()
    return imports.read(HeldFiles({name: content} | more))


def why(reading):
    return [(one.line, one.reason) for one in reading.left_out]


def refs(reading):
    return [record.ref for record in reading.records]


def test_an_entity_is_read_with_its_line():
    (record,) = read("# a comment\n---\n" + LEDGER).records

    assert (record.kind, record.ref, record.name, record.line, record.is_live) == (
        "service",
        "component:default/ledger",
        "ledger",
        3,
        True,
    )
    assert record.relations["owner"] == ["group:default/money"]
    assert record.lines["owner"] == 10


@pytest.mark.parametrize(
    "content",
    [
        LEDGER.replace("\n", "\r\n").encode(),
        LEDGER.replace("\n", "\r").encode(),
        b"\xef\xbb\xbf" + LEDGER.encode(),
        LEDGER.encode("utf-16"),
        ("%YAML 1.2\n---\n" + LEDGER + "...\n").encode(),
        ("---\n---\n# nothing\n---\n" + LEDGER + "---\n").encode(),
        ("--- # first\n" + LEDGER).encode(),
        b'{"apiVersion": "backstage.io/v1", "kind": "API",\n\t"metadata": {"name": "ledger"}, "spec": {}}',
    ],
    ids=[
        "crlf",
        "cr",
        "bom",
        "utf-16",
        "directive",
        "empty documents",
        "start with comment",
        "json with tabs",
    ],
)
def test_every_way_to_write_a_file_is_read(content):
    reading = read(content)

    assert [ref.partition(":")[2] for ref in refs(reading)] == ["default/ledger"]
    assert reading.left_out == []


def test_one_broken_document_does_not_stop_the_others():
    text = LEDGER + "---\nkind: [\n---\n" + LEDGER.replace("ledger", "customs")

    reading = read(text)

    assert refs(reading) == ["component:default/ledger", "component:default/customs"]
    ((line, reason),) = why(reading)
    assert (line, reason[:14]) == (11, "not valid YAML")


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("", 1, "holds no document"),
        ("# only a comment\n", 1, "holds no document"),
        ("- a\n- b\n", 1, "not a catalog entity: it is a list"),
        ("hello\n", 1, "not a catalog entity: it is plain text"),
        (
            "on: push\njobs: {}\n",
            1,
            "not a catalog entity: it has no apiVersion that begins with backstage.io/",
        ),
        (
            "apiVersion: apps/v1\nkind: Deployment\n",
            1,
            "not a catalog entity: Deployment of apps/v1 is nothing that Roadworthy keeps",
        ),
        (
            LEDGER.replace("backstage.io/v1alpha1", "scaffolder.backstage.io/v1").replace(
                "Component", "Template"
            ),
            1,
            "not a catalog entity: Template of scaffolder.backstage.io/v1 is nothing that Roadworthy keeps",
        ),
        (LEDGER.replace("Component", "AiResource"), 2, "Roadworthy keeps nothing of the kind AiResource"),
        (LEDGER.replace("kind: Component\n", ""), 1, "it has no kind"),
        ("apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: a\n", 1, "it has no spec"),
        (LEDGER.replace("name: ledger", "title: Ledger"), 3, "metadata.name is missing"),
        (LEDGER.replace("name: ledger", "name: 7"), 4, "metadata.name is not text"),
        (
            LEDGER.replace("name: ledger", "name: the ledger"),
            4,
            NAMED_WRONGLY,
        ),
        (
            LEDGER.replace("name: ledger", "name: ledger\n  namespace: Not_One"),
            5,
            "the namespace “Not_One” breaks the catalog's rules",
        ),
        (
            LEDGER.replace("owner: money", "owner:\n    - money\n    - [1]"),
            8,
            "spec.owner is not a reference",
        ),
        (LEDGER.replace("type: service", "type: {a: b}"), 6, "spec.type is not text"),
        (LEDGER + "  owner: hubs\n", 9, "names “owner” twice"),
        (
            LEDGER + '  note: "a\\0b"\n',
            9,
            "holds a character that cannot be stored (U+0000 or half a character)",
        ),
        (LEDGER + "  key: !Ref Bucket\n", 9, "has a tag that cannot be read safely: !Ref"),
        (
            LEDGER + "  run: !!python/object/apply:os.system [id]\n",
            9,
            "has a tag that cannot be read safely: tag:yaml.org,2002:python/object/apply:os.system",
        ),
    ],
)
def test_everything_else_is_left_out_with_its_line(text, line, reason):
    reading = read(text)

    assert (reading.records, why(reading)) == ([], [(line, reason)])


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0", "is a binary file (it holds U+0000)"),
        (b"name: caf\xe9\n", "is not text in UTF-8 (byte 10)"),
        (b"a: 1\n" * (LARGEST // 5 + 1), "has more than 5 MB"),
    ],
)
def test_files_that_are_no_text_are_refused(content, reason):
    assert read(content).left_out == [LeftOut("catalog-info.yaml", 1, reason)]


@pytest.mark.parametrize("escape", ["\\ud800", "\\u0000"])
@pytest.mark.parametrize("field", ['"tags": ["a%s"]', '"annotations": {"a%s": "b"}', '"title": "%s"'])
def test_an_escape_in_json_that_no_page_can_show_takes_only_its_own_file_along(escape, field):
    entity = '{"apiVersion": "backstage.io/v1alpha1", "kind": "Component", "metadata": {"name": "a", %s}}'
    content = (entity % (field % escape)).encode()

    reading = read(content)

    assert reading.records == []
    assert why(reading) == [(1, "holds a character that cannot be stored (U+0000 or half a character)")]


def test_words_about_an_escape_are_no_escape():
    entity = '{"apiVersion": "backstage.io/v1alpha1", "kind": "Component", "metadata": {"name": "a"'

    reading = read((entity + ', "description": "\\\\u0000 \\u00e9"}, "spec": {"type": "service"}}').encode())

    assert [record.values["description"] or record.values["purpose"] for record in reading.records] == [
        "\\u0000 é"
    ]


def test_a_template_says_so():
    ((_line, reason),) = why(read(LEDGER.replace("name: ledger", "name: {{ cookiecutter.name }}")))

    assert reason.endswith("it looks like a template with placeholders")


def test_a_bomb_of_aliases_is_refused():
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]

    ((_line, reason),) = why(read(LEDGER + "\n".join(lines)))

    assert reason == "unfolds to more than 200,000 values or 50 levels"


@pytest.mark.parametrize("text", ["a: " + "[" * 60 + "]" * 60, "a: " + "[" * 100_000, "a: &a [*a]"])
def test_depth_is_refused(text):
    reading = read(LEDGER + text)

    assert reading.records == []
    assert len(reading.left_out) == 1


def test_json_as_deep_as_it_likes_is_refused():
    reading = read('{"a": ' + "[" * 100_000)

    assert (reading.records, len(reading.left_out)) == ([], 1)


def test_values_are_those_of_yaml_1_2():
    text = """apiVersion: backstage.io/v1alpha1
more: &more {annotations: {on: no, at: 2021-01-01, port: 080, ratio: 1:30}}
kind: Component
metadata:
  name: ledger
  <<: *more
spec: {}
"""

    (record,) = read(text).records

    assert record.values["annotations"] == {"on": "no", "at": "2021-01-01", "port": "080", "ratio": "1:30"}


def test_fields_are_taken_over_and_odd_ones_become_notes():
    text = """apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: petstore
  title: Pet Store
  description: |
    [The Petstore](https://example.com) sells pets.
    - and more
  tags: [java, java, 7]
  links:
    - {url: "https://example.com", title: Home}
    - {url: "javascript:alert(1)", title: Evil}
    - nothing
  annotations: {a/b: c, d: [e]}
spec: {type: cronjob, owner: user:guest, dependsOn: [resource:db, Component:other/x], providesApis: api}
"""

    reading = read(text)

    (record,) = reading.records
    assert record.values == {
        "name": "Pet Store",
        "purpose": "The Petstore sells pets.",
        "description": "[The Petstore](https://example.com) sells pets.\n- and more",
        "kind": "job",
        "links": [{"title": "Home", "url": "https://example.com"}],
        "tags": ["java", "7"],
        "annotations": {"a/b": "c"},
    }
    assert record.relations["needs"] == ["resource:default/db", "component:other/x"]
    assert record.relations["provides"] == ["api:default/api"]
    assert record.relations["owner"] == ["user:default/guest"]
    assert [note.line for note in reading.notes] == [12, 13]


def test_names_are_read_within_their_namespace():
    text = LEDGER.replace("name: ledger", "name: Ledger\n  namespace: alt").replace("money", "default/money")

    (record,) = read(text + "  system: books\n").records

    assert (record.ref, record.name) == ("component:alt/ledger", "alt/Ledger")
    assert (record.relations["owner"], record.relations["system"]) == (
        ["group:default/money"],
        ["system:alt/books"],
    )


def test_of_two_with_one_name_the_first_stays():
    reading = read(LEDGER, **{"other.yaml": LEDGER.replace("ledger", "LEDGER").encode()})

    assert len(reading.records) == 1
    assert reading.left_out == [
        LeftOut("other.yaml", 1, "component:default/ledger stands already in catalog-info.yaml, line 1")
    ]


LOCATION = """apiVersion: backstage.io/v1alpha1
kind: Location
metadata: {name: all}
spec:
  targets:
    - ./sub/*.yaml
    - ../outside.yaml
    - https://example.com/catalog-info.yaml
    - ./missing.yaml
"""


def left_out_of_location(name):
    return [
        LeftOut(name, 7, "the target ../outside.yaml is not among the given files"),
        LeftOut(name, 8, "https://example.com/catalog-info.yaml is an address: only files are read"),
        LeftOut(name, 9, "the target ./missing.yaml is not among the given files"),
    ]


def test_locations_are_followed_inside_an_upload():
    files = {"a/all.yaml": LOCATION.encode(), "a/sub/one.yaml": LEDGER.encode(), "outside2.yaml": b"# none\n"}

    reading = imports.read(HeldFiles(files))

    assert refs(reading) == ["component:default/ledger"]
    assert reading.left_out[:3] == left_out_of_location("a/all.yaml")


def test_locations_are_followed_inside_a_folder_and_never_leave_it(tmp_path):
    folder = tmp_path / "given"
    (folder / "sub").mkdir(parents=True)
    (tmp_path / "outside.yaml").write_text(LEDGER.replace("ledger", "outside"))
    (folder / "sub" / "one.yaml").write_text(LEDGER)
    (folder / "link.yaml").symlink_to(tmp_path / "outside.yaml")
    (folder / "all.yaml").write_text(LOCATION)

    alone = imports.read(DiskFiles([str(folder / "all.yaml")]))
    whole = imports.read(DiskFiles([str(folder), str(folder / "sub" / "one.yaml")]))

    assert refs(alone) == refs(whole) == ["component:default/ledger"]
    assert alone.left_out == left_out_of_location(str(folder / "all.yaml"))
    assert whole.left_out == [
        *alone.left_out,
        LeftOut(str(folder / "link.yaml"), 1, "is a link that leads out of the given folder"),
    ]


def test_a_folder_gives_yaml_and_entity_files_only(tmp_path):
    for name in (
        "b.yml",
        "catalog-info.json",
        "package.json",
        "README.md",
        "node_modules/x/a.yaml",
        ".git/c.yaml",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")

    reading = imports.read(DiskFiles([str(tmp_path), str(tmp_path / "nowhere")]))

    assert [(one.file.removeprefix(f"{tmp_path}/"), one.reason) for one in reading.left_out] == [
        ("nowhere", "there is no such file or folder"),
        ("b.yml", "holds no document"),
        ("catalog-info.json", "holds no document"),
    ]


def zipped(files, method=ZIP_DEFLATED):
    held = BytesIO()
    with ZipFile(held, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return held.getvalue()


def test_a_zip_is_read():
    content = zipped({"repo/catalog-info.yaml": LEDGER, "repo/logo.png": b"\0", "__MACOSX/x.yaml": "x"})

    reading = imports.read(imports.unzipped(content, name="repo.zip"))

    assert [ref.partition(":")[2] for ref in refs(reading)] == ["default/ledger"]
    assert reading.left_out == []


def test_a_zip_bomb_is_refused():
    content = zipped({"ok.yaml": LEDGER, "bomb.yaml": b"0" * (LARGEST + 1)})

    reading = imports.read(imports.unzipped(content, name="bomb.zip"))

    assert refs(reading) == ["component:default/ledger"]
    assert reading.left_out == [LeftOut("bomb.yaml", 1, "has more than 5 MB")]


def test_many_files_that_are_too_much_together_are_refused():
    content = zipped({f"{n}.yaml": b"#" + b"0" * (LARGEST - 1) for n in range(11)})

    source = imports.unzipped(content, name="bomb.zip")

    assert len(source.files) == 10
    assert source.left_out == [LeftOut("10.yaml", 1, "is more than one run reads (20,000 files, 50 MB)")]


@pytest.mark.parametrize(
    "content", [b"PK nothing", b"", zipped({"a.yaml": LEDGER})[:60]], ids=["words", "nothing", "half"]
)
def test_what_is_no_zip_is_said(content):
    source = imports.unzipped(content, name="x.zip")

    assert (source.files, source.left_out[0].reason[:25]) == ({}, "is not a zip that can be ")


def test_an_upload_is_packed_the_same_way_each_time():
    files = {"b.yaml": b"b", "a.yaml": b"a"}

    assert imports.packed(files) == imports.packed(dict(reversed(files.items())))
    assert imports.unzipped(imports.packed(files), name="x").files == files


@pytest.mark.parametrize("name", ["backstage.json", "2/catalog-info.json", "PKI.yaml"])
def test_what_somebody_chose_by_hand_is_read(name):
    files = {name: b"PK: 1"}

    assert imports.unzipped(imports.packed(files), name="x").files == files


@pytest.mark.parametrize(
    ("member", "reason"),
    [("inner.zip", "is a zip inside a zip"), ("package.json", "holds neither YAML nor a catalog-info.json")],
)
def test_a_zip_that_holds_nothing_to_read_says_so(member, reason):
    held = BytesIO()
    with ZipFile(held, "w") as archive:
        archive.writestr(member, b"{}")

    source = imports.unzipped(imports.packed({"outer.zip": held.getvalue()}), name="outer.zip")

    assert (source.files, [one.reason for one in source.left_out]) == ({}, [reason])
