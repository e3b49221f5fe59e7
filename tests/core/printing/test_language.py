"""Every command of the print language, and what happens to a wrong one."""

from pathlib import Path

import pytest

from escarcelle_core.printing import language, preview, stylesheet
from escarcelle_core.printing.commands import (
    Align,
    Barcode,
    Beep,
    CodePage,
    Cut,
    Inverse,
    Logo,
    NewLine,
    OpenDrawer,
    QrCode,
    Rule,
    Select,
    Size,
    Style,
    Tab,
    Tabs,
    TabStop,
    Text,
)
from escarcelle_core.printing.context import Identification, PrintContext
from escarcelle_core.printing.errors import TemplateError

CONTEXT = PrintContext(
    identification=Identification("Le Moulin", "67000 Strasbourg", ("12 rue des Lilas", "France")),
    contact=("Association du Moulin", "03 88 00 00 00"),
    loyalty=("Passages : 4",),
    dynamic={"horaires": ("Lundi\t9 h - 12 h",), "meteo": ("Beau temps",)},
)


def template(body: str, head: str = "") -> bytes:
    return (
        '<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">\n'
        f'{head}<xsl:template match="/"><ticket>\n{body}\n</ticket></xsl:template></xsl:stylesheet>'
    ).encode()


def read(body: str, xml: str = "<ticket/>"):
    return stylesheet.render(xml.encode(), template(body), {}, CONTEXT)


@pytest.mark.parametrize(
    ("written", "command"),
    [
        ("<select>afficheur</select>", Select("afficheur")),
        ("<pagecode>850</pagecode>", CodePage(850)),
        ("<aligne>droite</aligne>", Align("right")),
        ("<aligne/>", Align("left")),
        ("<ecrit>brut</ecrit>", Text("brut")),
        ('<ecrit largeur="6" aligne="droite">1,50</ecrit>', Text("  1,50")),
        ('<ecrit largeur="6" remplit=".">a</ecrit>', Text("a.....")),
        ('<ecrit largeur="3">abcdef</ecrit>', Text("abcdef")),
        ('<ecrit largeur="3" coupe="oui">abcdef</ecrit>', Text("abc")),
        ('<ecrit largeur="7" aligne="centre">œuf</ecrit>', Text("  oeuf ")),
        ("<style>gras souligne</style>", Style(True, True)),
        ("<style>normal</style>", Style()),
        ("<taille>double</taille>", Size(2, 2)),
        ("<taille>haut</taille>", Size(1, 2)),
        ("<taille>large</taille>", Size(2, 1)),
        ("<taille>3x4</taille>", Size(3, 4)),
        ("<taille>normal</taille>", Size()),
        ("<inverse>oui</inverse>", Inverse(True)),
        ("<inverse>non</inverse>", Inverse(False)),
        ("<lf/>", NewLine()),
        ('<lf nombre="3"/>', NewLine(3)),
        ("<definitabs>12 -10 30d d</definitabs>", Tabs((
            TabStop(12), TabStop(10, from_end=True), TabStop(30, right=True),
            TabStop(0, from_end=True, right=True)))),
        ("<definitabs/>", Tabs()),
        ("<tab/>", Tab()),
        ("<trait/>", Rule("-")),
        ("<regle>=</regle>", Rule("=")),
        ('<code-barres type="EAN13">2000000000015</code-barres>', Barcode("2000000000015", "EAN13")),
        ('<code-barres hauteur="80" largeur="3" texte="non">VTE1</code-barres>',
         Barcode("VTE1", "CODE128", 80, 3, False)),
        ('<qrcode taille="6" correction="H">abc</qrcode>', QrCode("abc", 6, "H")),
        ("<logonv>n2</logonv>", Logo(2)),
        ("<logonv>d3</logonv>", Logo(3, 2, 2)),
        ("<coupe/>", Cut()),
        ("<coupe>totale</coupe>", Cut(full=True)),
        ("<tiroir/>", OpenDrawer()),
        ("<tiroir>5</tiroir>", OpenDrawer(5)),
        ("<bip>2</bip>", Beep(2)),
        ("<identification/>", Text("Le Moulin")),
        ('<identification niveau="2"/>', Text("67000 Strasbourg")),
        ("<fidelite/>", Text("Passages : 4")),
        ("<gadget>meteo</gadget>", Text("Beau temps")),
    ],
)  # fmt: skip
def test_each_command(written, command):
    assert read(written) == [command]


def test_commands_that_print_several_lines():
    assert read('<identification niveau="3"/>') == [
        Text("12 rue des Lilas"), NewLine(), Text("France")
    ]  # fmt: skip
    assert read("<contact/>") == [
        Text("Association du Moulin"), NewLine(), Text("03 88 00 00 00")
    ]  # fmt: skip
    assert read("<dynamic>horaires</dynamic>") == [Text("Lundi"), Tab(), Text("9 h - 12 h")]
    assert read('<dynamic nom="inconnu"/>') == []


def test_text_outside_quotes_is_ignored_and_a_break_inside_is_a_space():
    assert read('perdu "a\n      b" perdu <lf/> “c” ”d"') == [
        Text("a b"), NewLine(), Text("c"), Text("d")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "line", "message"),
    [
        ("\n<coupeur/>", 4, "commande inconnue : « coupeur »"),
        ("<aligne>milieu</aligne>", 3, "« milieu » inconnu, choisissez parmi : gauche, centre"),
        ('\n\n"jamais fermé <lf/>', None, "guillemet ouvert et non fermé près de « jamais fermé »"),
        ("<style>gras <lf/></style>", 3, "ne s'imbriquent pas"),
        ("<lf>beaucoup</lf>", 3, "n'est pas un nombre de 1 à 20"),
        ("<taille>9x9</taille>", 3, "inconnu"),
        ("<definitabs>milieu</definitabs>", 3, "n'est pas une colonne"),
        ("<logonv>n0</logonv>", 3, "1 à 255"),
        ("<tiroir>3</tiroir>", 3, "inconnu"),
        ("<pagecode>1</pagecode>", 3, "inconnu"),
        ("<code-barres/>", 3, "ASCII"),
    ],
)
def test_a_wrong_command_is_refused_in_french_with_its_line(body, line, message):
    with pytest.raises(TemplateError) as caught:
        read(body)
    assert message in str(caught.value)
    assert str(caught.value).startswith("Modèle « modèle de la boutique »")
    if line:
        assert caught.value.line == line
        assert f"ligne {line} :" in str(caught.value)


def test_data_that_cannot_be_a_barcode_is_printed_as_text():
    assert read('<code-barres type="EAN13">2000000000016</code-barres>') == [Text("2000000000016")]


def test_text_for_the_customer_display_is_not_printed():
    commands = read(
        '<select>afficheur</select>"TOTAL 3,00"<select>imprimante</select>"papier"<lf/>'
    )
    assert preview.text(commands) == "papier\n"


def test_the_result_must_be_a_ticket():
    source = template("").replace(b"ticket>", b"autre>")
    with pytest.raises(TemplateError, match="doit être un élément « ticket »"):
        stylesheet.render(b"<ticket/>", source, {}, CONTEXT)


def test_an_endless_paper_is_refused():
    body = '<xsl:for-each select="//a"><lf/><lf/></xsl:for-each>'
    with pytest.raises(TemplateError, match="trop long"):
        read(body, "<ticket>" + "<a/>" * 10_001 + "</ticket>")


def test_the_manual_lists_every_command():
    manual = (Path(__file__).parents[3] / "docs" / "printing.md").read_text(encoding="utf-8")
    special = ("identification", "contact", "fidelite", "dynamic", "gadget")
    for name in (*language._READERS, *special):
        assert f"<{name}" in manual, name
