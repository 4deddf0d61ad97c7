"""The same files as OpenDocument spreadsheets: typed cells, and a first sheet that says what they are."""

import io
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from services.gateway.pages.exports import Fichier, context_of, exact, headings
from services.gateway.pages.formats import date_longue

MIME = "application/vnd.oasis.opendocument.spreadsheet"
_MANIFEST = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.2">'
    f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{MIME}"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
)
_CONTENT = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2">'
    "<office:body><office:spreadsheet>{}</office:spreadsheet></office:body></office:document-content>"
)


def ods_file(fichier: Fichier) -> bytes:
    """Return the table as a spreadsheet; the same table gives the same bytes."""
    about = [
        [fichier.titre],
        [f"Données arrêtées au {date_longue(fichier.arrete_le)}"],
        [
            f"Filtre : année {fichier.annee}, territoire {fichier.territoire}, type de structure {fichier.type or 'tous'}"
        ],
        [
            "Une cellule vide : non communiqué. « secret » : effectif de moins de 5 personnes, ou qui permettrait d'en retrouver un."
        ],
        ["Un taux est un ratio : 0,585 pour 58,5 %. Définitions : page « Indicateurs et définitions »."],
        ["Licence Ouverte 2.0"],
    ]
    context = context_of(fichier)
    rows = (
        [*context, *(exact(c.exporter(row), c.unite) for c in fichier.colonnes)] for row in fichier.lignes
    )
    sheets = _sheet("Lisez-moi", about) + _sheet(fichier.bloc, [headings(fichier), *rows])
    out = io.BytesIO()
    with ZipFile(out, "w") as archive:
        # The format wants the type first and uncompressed, so that the file is recognised by its first bytes.
        archive.writestr(ZipInfo("mimetype"), MIME, ZIP_STORED)
        archive.writestr(ZipInfo("META-INF/manifest.xml"), _MANIFEST, ZIP_DEFLATED)
        archive.writestr(ZipInfo("content.xml"), _CONTENT.format(sheets), ZIP_DEFLATED)
    return out.getvalue()


def _sheet(name: str, rows: Iterable[Iterable[str | Decimal | date | None]]) -> str:
    lines = "".join(f"<table:table-row>{''.join(map(_cell, row))}</table:table-row>" for row in rows)
    return f'<table:table table:name="{escape(name)}">{lines}</table:table>'


def _cell(value: str | Decimal | date | None) -> str:
    """Return a typed cell; a text is never a formula here, whatever it starts with."""
    match value:
        case None:
            return "<table:table-cell/>"
        case Decimal():
            return f'<table:table-cell office:value-type="float" office:value="{value:f}"/>'
        case date():
            return f'<table:table-cell office:value-type="date" office:date-value="{value.isoformat()}"/>'
        case texte:
            return f'<table:table-cell office:value-type="string"><text:p>{escape(texte)}</text:p></table:table-cell>'
