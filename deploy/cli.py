"""``iae``: the platform from the command line. Sentences are French, for the people who operate it."""

import argparse
import asyncio
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from decimal import Decimal, InvalidOperation
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from deploy.conformance import check_platform
from deploy.daily import review_all
from deploy.demo.load import LoadFailed
from deploy.fluxiae.run import import_fluxiae
from deploy.importer import Import, import_file
from deploy.local import control, demonstration
from deploy.local.errors import StartRefused
from deploy.local.launcher import up
from deploy.local.options import Options
from deploy.local.services import SERVICES
from deploy.local.state import State

WRITERS = ("structures", "parcours", "funding")
"""The services that own facts, hence a journal."""
BUS_COMMANDS = "shared.messaging.commands"
INTERRUPTED = 130

Command = Callable[[argparse.Namespace, Options, Console], int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code."""
    chosen = _parser().parse_args(arguments)
    command: Command = chosen.command
    try:
        return command(chosen, Options.from_environment(), Console())
    except (StartRefused, LoadFailed) as refusal:
        Console(stderr=True).print(
            f"[bold red]Impossible :[/] {escape(str(refusal))}", highlight=False, soft_wrap=True
        )
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED


def _up(chosen: argparse.Namespace, options: Options, console: Console) -> int:
    if chosen.detach:
        asyncio.run(control.up_detached(options, console))
        return 0
    with suppress(asyncio.CancelledError):  # the way out that was asked for: Ctrl-C or iae down
        asyncio.run(up(options, console))
    console.print("Plateforme arrêtée.")
    return 0


def _down(_: argparse.Namespace, options: Options, console: Console) -> int:
    asyncio.run(control.down(options, console))
    return 0


def _status(_: argparse.Namespace, options: Options, console: Console) -> int:
    return 0 if asyncio.run(control.status(options, console)) else 1


def _demo(chosen: argparse.Namespace, options: Options, console: Console) -> int:
    running = control.require_running(options)
    asyncio.run(demonstration.load_all(State(options.state), running.address, console, chosen.echelle))
    return 0


def _importer(chosen: argparse.Namespace, options: Options, console: Console) -> int:
    running = control.require_running(options)
    secret = State(options.state).secret("client_reprise")
    file = Import(chosen.service, chosen.nature, chosen.fichier, chosen.a_blanc, chosen.au_moins)
    return 0 if asyncio.run(import_file(running.address, secret, file, console)) else 1


def _importer_fluxiae(chosen: argparse.Namespace, options: Options, console: Console) -> int:
    running = control.require_running(options)
    secret = State(options.state).secret("client_reprise")
    work = import_fluxiae(running.address, secret, chosen.fichiers, console, a_blanc=chosen.a_blanc)
    return 0 if asyncio.run(work) else 1


def _quotidien(chosen: argparse.Namespace, options: Options, console: Console) -> int:
    running = control.require_running(options)
    secret = State(options.state).secret("client_gateway")
    asyncio.run(review_all(running.address, secret, console, dry_run=chosen.a_blanc))
    return 0


def _conformite(chosen: argparse.Namespace, _: Options, console: Console) -> int:
    return 0 if asyncio.run(check_platform(chosen.url, chosen.client, chosen.secret, console)) else 1


def _verify(_: argparse.Namespace, options: Options, __: Console) -> int:
    running = control.require_running(options)
    return max(
        control.run_command(running.environments[name], BUS_COMMANDS, "verify", name) for name in SERVICES
    )


def _republish(chosen: argparse.Namespace, options: Options, _: Console) -> int:
    settings = control.require_running(options).environments[chosen.service]
    return control.run_command(settings, BUS_COMMANDS, "republish", chosen.service)


def _replay(chosen: argparse.Namespace, options: Options, _: Console) -> int:
    settings = control.require_running(options).environments[chosen.vue]
    return control.run_command(settings, BUS_COMMANDS, "replay", chosen.vue, chosen.cle)


def _rebuild(_: argparse.Namespace, options: Options, __: Console) -> int:
    return control.run_command(
        control.require_running(options).environments["gateway"], "services.gateway.rebuild"
    )


class _French(argparse.RawDescriptionHelpFormatter):
    """The words of argparse that a reader of the help sees, in French."""

    def add_usage(self, usage, actions, groups, prefix=None) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001 -- argparse's
        """Write « Usage : »."""
        super().add_usage(usage, actions, groups, "Usage : " if prefix is None else prefix)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="iae",
        description="La plateforme de l'insertion par l'activité économique, sur cette machine.",
        epilog="Réglages par l'environnement : IAE_PORT, IAE_STATE, IAE_BUS (auto, kafka, journal), IAE_KAFKA_BOOTSTRAP, "
        "IAE_DATABASE_URL, IAE_DEMO=0.",
        formatter_class=_French,
        add_help=False,
    )
    _add_help(parser)
    commands = parser.add_subparsers(title="commandes", metavar="COMMANDE", required=True)

    def add(name: str, command: Command, words: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(
            name, help=words, description=words, formatter_class=_French, add_help=False
        )
        sub.set_defaults(command=command)
        _add_help(sub)
        return sub

    add("up", _up, "Démarre tout ; Ctrl-C arrête tout.").add_argument(
        "--detach", action="store_true", help="rend la main quand la plateforme répond"
    )
    add("down", _down, "Arrête la plateforme, lancée d'ici ou d'un autre terminal.")
    add("status", _status, "Dit ce qui tourne ; code 0 si tout est prêt.")
    add("demo", _demo, "Charge les données de démonstration dans la plateforme qui tourne.").add_argument(
        "--echelle", default="1", type=_scale, help="part de la région, par exemple 0.05 (défaut : 1)"
    )
    _add_importer(add("importer", _importer, "Envoie un fichier par l'interface d'import."))
    add(
        "quotidien", _quotidien, "Fait le travail de chaque jour : revues, refus et clôtures automatiques."
    ).add_argument("--a-blanc", action="store_true", help="dit ce qui serait fait, sans rien écrire")
    conformite = add(
        "conformite",
        _conformite,
        "Joue les appels d'un logiciel partenaire, à blanc quand ils écriraient ; code 0 si tout passe.",
    )
    conformite.add_argument("url", metavar="URL", help="de la plateforme, par exemple http://127.0.0.1:8000")
    conformite.add_argument("--client", required=True, help="par exemple demo-prescripteur ou demo-siae")
    conformite.add_argument("--secret", required=True, help="secret du client")
    add("verify", _verify, "Vérifie les journaux, les versions et les vues ; code 0 si tout concorde.")
    add("republish", _republish, "Republie sur Kafka tout le journal d'un service.").add_argument(
        "service", choices=WRITERS
    )
    replay = add("replay", _replay, "Rejoue dans une vue une clé mise de côté.")
    replay.add_argument("vue", metavar="VUE", choices=SERVICES, help=f"l'une de : {', '.join(SERVICES)}")
    replay.add_argument("cle", metavar="CLE", help="identifiant de l'agrégat")
    add("rebuild", _rebuild, "Reconstruit les vues du portail sans l'arrêter.")
    return parser


def _add_importer(importer: argparse.ArgumentParser) -> None:
    origins = importer.add_subparsers(title="origines", metavar="ORIGINE", dest="service", required=True)

    def add(name: str, words: str) -> argparse.ArgumentParser:
        sub = origins.add_parser(name, help=words, description=words, formatter_class=_French, add_help=False)
        _add_help(sub)
        return sub

    for service in WRITERS:
        words = f"Vers le service {service} ; code 0 si aucune ligne n'est refusée."
        sub = add(service, words)
        sub.add_argument("nature", help="par exemple structures, personnes, annexes")
        sub.add_argument("fichier", type=Path, help="CSV ou NDJSON, 50 Mo au plus")
        sub.add_argument("--a-blanc", action="store_true", help="juge chaque ligne sans rien écrire")
        sub.add_argument(
            "--au-moins", metavar="POSITIONS", help="positions à attendre, par exemple structures:12"
        )
    asp = add("fluxiae", "Fichiers « fluxIAE » de l'ASP ; code 0 si rien n'est refusé ni écarté à tort.")
    asp.add_argument("fichiers", type=Path, nargs="+", help="Structure, AnnexeFinanciere ; compressés ou non")
    asp.add_argument("--a-blanc", action="store_true", help="lit et rend compte sans rien envoyer")
    asp.set_defaults(command=_importer_fluxiae)


def _add_help(parser: argparse.ArgumentParser) -> None:
    parser._positionals.title = "arguments"  # noqa: SLF001 -- argparse has no other way
    parser._optionals.title = "options"  # noqa: SLF001 -- idem
    parser.add_argument("-h", "--help", "--aide", action="help", help="affiche cette aide")


def _scale(text: str) -> str:
    try:
        scale = Decimal(text.replace(",", "."))
    except InvalidOperation:
        scale = Decimal(0)
    if not 0 < scale <= 10:
        raise argparse.ArgumentTypeError("un nombre entre 0 et 10, par exemple 0.05")
    return str(scale)


if __name__ == "__main__":
    sys.exit(main())
