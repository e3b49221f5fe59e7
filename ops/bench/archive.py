"""``fiscal.archive`` and ``fiscal.verify.*``: a month archived from its records, then verified."""

import hashlib
import multiprocessing
import os
import pickle
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import py7zr

from escarcelle_core import chain as chains
from escarcelle_core import pyz
from escarcelle_core.archive.builder import ArchiveBuilder
from escarcelle_core.archive.parts import ArchivedKey, ArchiveHeader, ArchivePeriod
from escarcelle_core.record import Record
from escarcelle_core.signing import EcdsaSigner, Verifier
from escarcelle_core.state import TillState
from escarcelle_core.verify.signatures import Signatures
from ops import hashing
from ops.bench import goods, memory
from ops.bench.figure import Figure
from ops.bench.sizes import Sizes
from ops.paths import HOUSE
from ops.postgres import Cluster

DAYS, TILLS = 31, 2
CACHE = HOUSE.var / "bench"
VERIFY = "import sys; from escarcelle_core.verify_cli import main; sys.exit(main())"
CORES = os.cpu_count() or 1
RAW_SECONDS = 2.0
RUNS = 3


def month(tickets: int, say: Callable[[str], None]) -> Path:
    """A directory of signed records, made once for these sizes and this core: one file a device."""
    core = hashing.of_files(HOUSE.root, [HOUSE.root / "core" / "src"])[:12]
    folder = CACHE / f"mois-{tickets}-{core}"
    if (folder / "complet").exists():
        return folder
    say(f"signature de {tickets} tickets, gardés dans var/bench pour les prochaines mesures")
    for old in CACHE.glob(f"mois-{tickets}-*"):
        shutil.rmtree(old)
    folder.mkdir(parents=True)
    workers = [
        multiprocessing.Process(target=_sign, args=(folder, number, tickets // TILLS))
        for number in range(TILLS + 1)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
        if worker.exitcode:
            raise RuntimeError("la signature des tickets de mesure a échoué")
    (folder / "complet").touch()
    return folder


def _sign(folder: Path, number: int, tickets: int) -> None:
    desk = goods.desk(f"{number:08x}" if number else "5e5e5e5e", number)
    chain = goods.Chain(desk, number)
    with (folder / f"{number}.records").open("wb") as stream:
        for record in chain.days(tickets, DAYS) if number else chain.open():
            pickle.dump(record, stream)
    key = desk.signer.key_pem(), desk.signer.certificate_pem
    (folder / f"{number}.key").write_bytes(pickle.dumps(key))


def records(folder: Path, number: int) -> Iterator[Record]:
    """The records of a device, one at a time."""
    with (folder / f"{number}.records").open("rb") as stream:
        while True:
            try:
                yield pickle.load(stream)
            except EOFError:
                return


def signer(folder: Path, number: int) -> EcdsaSigner:
    """The key of a device."""
    return EcdsaSigner.from_pem(*pickle.loads((folder / f"{number}.key").read_bytes()))


def assemble(source: Path, work: Path) -> None:
    """The files of the month's archive in ``work``, as the server makes them: streamed, signed, sealed."""
    signers = {number: signer(source, number) for number in range(TILLS + 1)}
    uids = {number: "5e5e5e5e" if not number else f"{number:08x}" for number in signers}
    server = signers[0]
    desk = goods.desk_of("5e5e5e5e", 0, server)
    period = ArchivePeriod.of("M", goods.START.date(), desk.rules)
    keys = tuple(
        ArchivedKey(uids[number], found.key_id, goods.START)
        for number, found in signers.items()
    )
    at = datetime(2026, 2, 1, 9, tzinfo=goods.START.tzinfo)
    header = ArchiveHeader(1, period, goods.COMPANY, desk.device, desk.rules, at, keys)
    work.mkdir(parents=True)

    def store(name: str):
        path = work / name
        path.parent.mkdir(exist_ok=True)
        return path.open("wb")

    certificates = {found.key_id: found.certificate_pem for found in signers.values()}
    builder = ArchiveBuilder(store, header, certificates)
    builder.add_verifier(pyz.build())
    for number in signers:
        builder.till(uids[number], number, TillState())
        for record in records(source, number):
            if record.business_day <= period.last:
                builder.record(record)
        builder.end_till()
        if not number:
            state = builder.state
    seal = builder.finish(server, server.certificate_pem)
    builder.write_seal(chains.issue_archive(state, desk, seal, at).records[-1])


def build(source: Path, target: Path) -> None:
    """The archive itself: its files, packed; they stay beside it."""
    work = target.with_suffix(".travail")
    shutil.rmtree(work, ignore_errors=True)
    assemble(source, work)
    with py7zr.SevenZipFile(target, "w", filters=[{"id": py7zr.FILTER_LZMA2, "preset": 1}]) as packed:
        for path in sorted(work.rglob("*")):
            if path.is_file():
                packed.write(path, path.relative_to(work).as_posix())


def measure_archive(_cluster: Cluster, sizes: Sizes, say) -> Iterator[Figure]:
    """Time, memory and size of a month's archive, beside 7-Zip alone on the same files."""
    source = month(sizes.archived, say)
    target = source / "ARC.7z"
    target.unlink(missing_ok=True)
    say(f"archive d'un mois de {sizes.archived} tickets")
    start = time.perf_counter()
    done, peak = memory.run([sys.executable, "-m", "ops.bench.archive", source, target])
    spent = time.perf_counter() - start
    if done != 0:
        raise RuntimeError("l'archive n'a pas pu être faite")
    work = target.with_suffix(".travail")
    alone = source / "seul.7z"
    alone.unlink(missing_ok=True)
    program = shutil.which("7zz") or shutil.which("7z")
    say("7-Zip seul sur les mêmes fichiers")
    start = time.perf_counter()
    _code, peak_alone = memory.run([program, "a", "-mx=3", "-bso0", "-bsp0", alone, work])
    spent_alone = time.perf_counter() - start
    count = sizes.archived
    name = "7-Zip seul, sur les fichiers déjà écrits"
    yield Figure("fiscal.archive.time", spent, spent_alone, f"s, {count} tickets (moins = mieux)", name)
    yield Figure(
        "fiscal.archive.memory", peak, peak_alone, "Mo (moins = mieux)", name, 1024, more=False, absolute=True
    )
    yield Figure(
        "fiscal.archive.size", target.stat().st_size / 1e6, alone.stat().st_size / 1e6,
        f"Mo, {count} tickets (moins = mieux)", name,
    )  # fmt: skip
    shutil.rmtree(work)
    alone.unlink()


def extracted(sizes: Sizes, say) -> Path:
    """The files of the archive the verifier is measured on, made once."""
    source = month(sizes.verified, say)
    folder = source / "ARC"
    if not folder.is_dir():
        say(f"archive de {sizes.verified} tickets")
        shutil.rmtree(source / "brouillon", ignore_errors=True)
        assemble(source, source / "brouillon")
        (source / "brouillon").rename(folder)
    return folder


def measure_verify(_cluster: Cluster, sizes: Sizes, say) -> Iterator[Figure]:
    """The verifier beside the machine's own rate of verification, each using every core."""
    folder = extracted(sizes, say)
    source = folder.parent
    name = f"vérification ECDSA P-256 nue (OpenSSL), {CORES} cœurs occupés"
    say("chaînes signées, signatures, enchaînement ; vérification complète ; vérifications ECDSA P-256 nues")
    raws, chained, complete, peaks = [raw_rate()], [], [], []
    for _ in range(RUNS):
        # In turn: what else the machine does weighs on all three.
        count, spent = _signatures(source)
        chained.append(count / spent / CORES)
        start = time.perf_counter()
        code, peak = memory.run([sys.executable, "-c", VERIFY, str(folder), "--json"])
        complete.append(count / (time.perf_counter() - start) / CORES)
        if code != 0:
            raise RuntimeError(f"le vérificateur a refusé l'archive de mesure (code {code})")
        peaks.append(peak)
        raws.append(raw_rate())
    unit = f"enregistrements/s et cœur, le meilleur de {RUNS} (plus = mieux)"
    yield Figure("fiscal.verify.signatures", max(chained), max(raws), unit, name, 0.7)
    yield Figure("fiscal.verify.full", max(complete), max(raws), unit, name, 0.35)
    idle = [sys.executable, "-c", "import escarcelle_core.verify_cli"]
    yield Figure(
        "fiscal.verify.memory", max(peaks), memory.run(idle)[1], f"Mo, {sizes.verified} tickets (moins = mieux)",
        "le vérificateur avant de lire", 512, more=False, absolute=True,
    )  # fmt: skip


def _signatures(source: Path) -> tuple[int, float]:
    """(records, seconds) to check that each follows the last, names its document, and is signed."""
    wrong: list[object] = []
    signatures = Signatures(wrong.append, CORES)
    batch = [
        (number, found, list(records(source, number)))
        for number, found in ((n, Verifier(signer(source, n).certificate_pem)) for n in range(TILLS + 1))
    ]
    start = time.perf_counter()
    for _number, verifier, chain in batch:
        heads: dict[str, tuple[int, str]] = {}
        for record in chain:
            seq, previous = heads.get(record.kind, (0, ""))
            digest = hashlib.sha256(record.xml.encode()).hexdigest()
            end = f",sha256={digest},{'O' if previous else 'N'},{previous}"
            if record.seq != seq + 1 or not record.payload.endswith(end):
                wrong.append(record)
            signatures.check(verifier, record.payload, record.signature, record)
            heads[record.kind] = (record.seq, record.signature)
    signatures.finish()
    spent = time.perf_counter() - start
    if wrong:
        raise RuntimeError("des enregistrements de mesure sont faux")
    return sum(len(chain) for _n, _v, chain in batch), spent


def raw_rate() -> float:
    """ECDSA P-256 verifications a second and core, every core at it."""
    with multiprocessing.Pool(CORES) as pool:
        return sum(pool.map(_raw, range(CORES))) / CORES


def _raw(seed: int) -> float:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec

    key, scheme = ec.generate_private_key(ec.SECP256R1()), ec.ECDSA(hashes.SHA256())
    public, message = key.public_key(), f"{seed},".encode() * 100
    signature = key.sign(message, scheme)
    count, end = 0, time.perf_counter() + RAW_SECONDS
    while time.perf_counter() < end:
        for _ in range(100):
            public.verify(signature, message, scheme)
        count += 100
    return count / RAW_SECONDS


if __name__ == "__main__":
    build(Path(sys.argv[1]), Path(sys.argv[2]))
