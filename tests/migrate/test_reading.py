"""What is read out of Dockerfiles and scripts: each shape that people write, and what stays unknown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pgcfglint import catalog
from pgcfglint.migrate.dockerfile import instructions, read_image

if TYPE_CHECKING:
    from pathlib import Path

    from pgcfglint.migrate.found import Found

SAMPLE = "/usr/share/postgresql/postgresql.conf.sample"
KNOWN = catalog.load(catalog.MAJORS[-1])


def read(folder: Path, text: str, name: str = "Dockerfile") -> Found:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return read_image(str(path), KNOWN)


def pairs(found: Found) -> list[tuple[str, str]]:
    return [(each.setting.name, each.setting.text) for each in found.written]


def excerpts(found: Found) -> list[str]:
    """What stands at the places of the values."""
    texts = dict(found.texts)
    return [
        texts[each.setting.location.path].split("\n")[each.setting.location.line - 1][
            each.setting.location.column - 1 : each.setting.location.end_column - 1
        ]
        for each in found.written
    ]


SHAPES = {
    "echo": (f"RUN echo \"work_mem = '8MB'\" >> {SAMPLE}", [("work_mem", "8MB")]),
    "echo without quotes": (f"RUN echo max_connections=200 >> {SAMPLE}", [("max_connections", "200")]),
    "echo -e": (
        f'RUN echo -e "fsync = on\\nport = 5433" >> {SAMPLE}',
        [("fsync", "on"), ("port", "5433")],
    ),
    "a chain over lines": (
        f'RUN true \\\n # note\n && echo "port = 5433" >> {SAMPLE} \\\n && echo "jit = off" >> {SAMPLE}',
        [("port", "5433"), ("jit", "off")],
    ),
    "printf": (
        f'RUN printf "%s\\n" "jit = off" "work_mem = 8MB" >> {SAMPLE}',
        [("jit", "off"), ("work_mem", "8MB")],
    ),
    "printf with a value": (f'RUN printf "work_mem = %s\\n" 8MB >> {SAMPLE}', [("work_mem", "8MB")]),
    "cat and a here-document": (
        f"RUN cat >> {SAMPLE} <<EOF\nwork_mem = 8MB\n# no\njit = off\nEOF\nUSER postgres",
        [("work_mem", "8MB"), ("jit", "off")],
    ),
    "a here-document before the target": (
        f"RUN cat <<'EOF' > {SAMPLE}\nwork_mem = 8MB\nEOF\n",
        [("work_mem", "8MB")],
    ),
    "a RUN that is a here-document": (
        f'RUN <<EOF\nset -e\necho "work_mem = 8MB" >> {SAMPLE}\nEOF\nUSER postgres',
        [("work_mem", "8MB")],
    ),
    "COPY of a here-document": (
        "COPY <<EOF /etc/postgresql/postgresql.conf\nwork_mem = 8MB\nEOF\n",
        [("work_mem", "8MB")],
    ),
    "tee": (f'RUN echo "work_mem = 8MB" | tee -a {SAMPLE} > /dev/null', [("work_mem", "8MB")]),
    "a group": (
        f'RUN {{ echo "work_mem = 8MB"; echo "jit = off"; }} >> {SAMPLE}',
        [("work_mem", "8MB"), ("jit", "off")],
    ),
    "sed of the sample's own line": (
        f'RUN sed -i "s/#shared_buffers = 128MB/shared_buffers = 1GB/" {SAMPLE}',
        [("shared_buffers", "1GB")],
    ),
    "sed with another sign and a group": (
        f"RUN sed -ri \"s!^#?(listen_addresses)\\s*=\\s*\\S+.*!\\1 = '*'!\" {SAMPLE}",
        [("listen_addresses", "*")],
    ),
    "sed with several scripts": (
        f"RUN sed -i -e 's/^#*jit.*/jit = off/' -e 's|^#*port.*|port = 5433|' {SAMPLE}",
        [("jit", "off"), ("port", "5433")],
    ),
    "sed with a script of several commands": (
        f"RUN sed -i 's/^#*jit.*/jit = off/; s/^#*port.*/port = 5433/' {SAMPLE}",
        [("jit", "off"), ("port", "5433")],
    ),
    "sed that adds a line": (f"RUN sed -i '$ a work_mem = 8MB' {SAMPLE}", [("work_mem", "8MB")]),
    "sed into another file": (
        f"RUN sed -e 's/^#*jit.*/jit = off/' {SAMPLE} > /etc/postgresql/postgresql.conf",
        [("jit", "off")],
    ),
    "CMD, exec form": (
        'CMD ["postgres", "-c", "work_mem=8MB", "-cjit=off"]',
        [("work_mem", "8MB"), ("jit", "off")],
    ),
    "CMD, shell form": ("CMD postgres -c work_mem=8MB --jit=off", [("work_mem", "8MB"), ("jit", "off")]),
    "ENTRYPOINT and short options": (
        'ENTRYPOINT ["docker-entrypoint.sh", "postgres", "-N", "50", "-B", "128MB"]',
        [("max_connections", "50"), ("shared_buffers", "128MB")],
    ),
    "the last CMD counts": (
        'CMD ["postgres", "-c", "jit=off"]\nCMD ["postgres", "-c", "jit=on"]',
        [("jit", "on")],
    ),
    "psql -c": (
        "RUN psql -U postgres -c \"ALTER SYSTEM SET work_mem = '8MB'\"",
        [("work_mem", "8MB")],
    ),
    "psql and a here-document": (
        "RUN psql <<EOF\nALTER SYSTEM SET work_mem TO '8MB';\nalter system set jit = off;\nEOF\n",
        [("work_mem", "8MB"), ("jit", "off")],
    ),
    "psql and a pipe": (
        "RUN echo \"ALTER SYSTEM SET work_mem = '8MB'\" | psql -U postgres",
        [("work_mem", "8MB")],
    ),
    "su -c": (
        'RUN su postgres -c "psql -c \\"ALTER SYSTEM SET work_mem = \'8MB\'\\""',
        [("work_mem", "8MB")],
    ),
    "pg_ctl -o": ("RUN pg_ctl -o '-c work_mem=8MB -c jit=off' start", [("work_mem", "8MB"), ("jit", "off")]),
    "initdb": ('ENV POSTGRES_INITDB_ARGS="--data-checksums -c work_mem=8MB"', [("work_mem", "8MB")]),
    "ARG and ENV": (  # several in one instruction
        f'ARG WM=8MB\nENV A=5 JIT=off\nRUN echo "work_mem=${{WM}}" >> {SAMPLE}; echo "jit=$JIT" >> {SAMPLE}',
        [("work_mem", "8MB"), ("jit", "off")],
    ),
    "a default": (f'RUN echo "work_mem = ${{WM:-8MB}}" >> {SAMPLE}', [("work_mem", "8MB")]),
    "a variable for the file": (
        f'RUN PG_CONF={SAMPLE} && echo "work_mem = 8MB" >> "$PG_CONF"',
        [("work_mem", "8MB")],
    ),
    "an assignment by eval'd path": ('RUN echo "jit = off" >> "$PGDATA/postgresql.conf"', [("jit", "off")]),
    "set -- in an entrypoint": ('RUN set -- postgres -c jit=off "$@"', [("jit", "off")]),
    "other files": (
        'RUN echo "host all all 0.0.0.0/0 md5" >> /x/pg_hba.conf && echo "a = 1" >> /etc/pgbouncer.conf',
        [],
    ),
    "a comment": (f'# RUN echo "jit = off" >> {SAMPLE}\nRUN true # echo "jit = off" >> {SAMPLE}', []),
    "only read": (f'RUN grep -F "jit = off" {SAMPLE} && cp -v {SAMPLE} {SAMPLE}.orig', []),
}


@pytest.mark.parametrize("name", SHAPES)
def test_a_shape(tmp_path: Path, name: str) -> None:
    text, expected = SHAPES[name]
    found = read(tmp_path, f"FROM postgres:16\n{text}\n")
    assert pairs(found) == expected
    assert found.major == 16
    assert not found.puzzles


@pytest.mark.parametrize("name", [name for name in SHAPES if "ARG" not in name and "default" not in name])
def test_the_place_is_that_of_the_value(tmp_path: Path, name: str) -> None:
    found = read(tmp_path, f"FROM postgres:16\n{SHAPES[name][0]}\n")
    for (_, value), there in zip(pairs(found), excerpts(found)):
        assert there.strip("'") == value


UNKNOWN = {
    "a variable": (f'RUN echo "work_mem = $WM" >> {SAMPLE}', "work_mem", "$WM is known only when it runs"),
    "a substitution": (
        f'RUN echo "work_mem = $(nproc)MB" >> {SAMPLE}',
        "work_mem",
        "$(nproc) is known only when it runs",
    ),
    "an argument": (
        "CMD postgres -c max_connections=${CONN}",
        "max_connections",
        "${CONN} is known only when it runs",
    ),
    "sed of a number": (
        f"RUN sed -i 's/100/200/' {SAMPLE}",
        "",
        "what it puts in is no line of its own",
    ),
    "sed that comments out": (f"RUN sed -i 's/^jit/#jit/' {SAMPLE}", "jit", "comments the line out"),
    "sed that takes out": (f"RUN sed -i '/^jit/d' {SAMPLE}", "jit", "takes jit out"),
    "awk": (f"RUN awk 1 x > {SAMPLE}", "", "computed when it runs"),
    "perl": (f"RUN perl -pi -e 's/a/b/' {SAMPLE}", "", "what perl does to the file is not read"),
    "a file of sed": (f"RUN sed -i -f tune.sed {SAMPLE}", "", "the file with sed's script is not read"),
    "a missing file": ("COPY postgresql.conf /etc/postgresql/", "", "not beside the Dockerfile"),
    "another database": (
        "RUN psql -c \"ALTER DATABASE shop SET work_mem = '8MB'\"",
        "work_mem",
        "is set for DATABASE shop",
    ),
    "a broken line": (f'RUN echo "work_mem = 8 MB" >> {SAMPLE}', "work_mem", "single quotes"),
}


@pytest.mark.parametrize("name", UNKNOWN)
def test_what_is_not_known_is_listed(tmp_path: Path, name: str) -> None:
    text, parameter, why = UNKNOWN[name]
    found = read(tmp_path, f"FROM postgres:16\n{text}\n")
    assert pairs(found) == []
    (puzzle,) = found.puzzles
    assert puzzle.name == parameter
    assert why in puzzle.why
    assert puzzle.location.line == 2


def test_files_beside_are_read_where_they_lie(tmp_path: Path) -> None:
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf" / "postgresql.conf").write_text("jit = off\n")
    (tmp_path / "init.sql").write_text("-- ALTER SYSTEM SET port = 1;\nALTER SYSTEM SET work_mem = '8MB';\n")
    (tmp_path / "init.sh").write_text('echo "wal_level = logical" >> "$PGDATA/postgresql.conf"\n')
    text = (
        "FROM postgres:16\nCOPY conf/postgresql.conf /etc/postgresql/postgresql.conf\n"
        "COPY init.sql init.sh /docker-entrypoint-initdb.d/\n"
        'CMD ["postgres", "-c", "config_file=/etc/postgresql/postgresql.conf"]\n'
    )
    found = read(tmp_path, text)
    assert pairs(found) == [("jit", "off"), ("work_mem", "8MB"), ("wal_level", "logical")]
    names = [each.setting.location.path.rpartition("/")[2] for each in found.written]
    assert names == ["postgresql.conf", "init.sql", "init.sh"]
    assert not found.puzzles


def test_a_condition_and_variables_are_said(tmp_path: Path) -> None:
    text = f'ENV WM=8MB\nRUN if [ -f x ]; then echo "work_mem = $WM" >> {SAMPLE}; fi\n'
    (written,) = read(tmp_path, f"FROM postgres:16\n{text}").written
    assert written.notes == ("only under a condition of the script", "with WM=8MB")


def test_a_pattern_that_leaves_the_hash_is_said(tmp_path: Path) -> None:
    (written,) = read(
        tmp_path, f"FROM postgres:16\nRUN sed -i 's/port = 5432/port = 5433/' {SAMPLE}\n"
    ).written
    assert "commented out" in written.notes[0]


def test_a_script_by_itself(tmp_path: Path) -> None:
    found = read(
        tmp_path, f'#!/bin/sh\nCONF={SAMPLE}\necho "jit = off" >> $CONF\nexec postgres -c port=5433\n', "x.sh"
    )
    assert pairs(found) == [("jit", "off"), ("port", "5433")]


@pytest.mark.parametrize("end", ["", "\n", "\\", "\\\n", "'", '"', "$(", "<<EOF", "{", "`", "s/"])
def test_broken_ends_do_no_harm(tmp_path: Path, end: str) -> None:
    read(tmp_path, f"FROM postgres:16\nRUN echo 'jit = off' >> {SAMPLE} && sed -i {end}")


def test_instructions_end_where_docker_ends_them() -> None:
    text = "FROM a\nRUN x \\\n# note\n\n  y\nRUN <<A cat <<B\n1\nA\n2\nB\nUSER c\n"
    found = [(each.name, text[each.start : each.end]) for each in instructions(text)]
    assert [name for name, _ in found] == ["FROM", "RUN", "RUN", "USER"]
    assert found[1][1].endswith("y")
    assert found[2][1].endswith("B")
