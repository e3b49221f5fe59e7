<?xml version="1.0" encoding="utf-8"?>

<xsl:stylesheet version="1.0"

xmlns:xsl="http://www.w3.org/1999/XSL/Transform"

xmlns:msxsl="urn:schemas-microsoft-com:xslt">

<xsl:output method="xml" version="1.0" encoding="utf-8"/>

<!-- Paramètres fournis par l’application -->

<xsl:param name="double_affichage">false</xsl:param>

<xsl:param name="devise">Francs</xsl:param>

<xsl:param name="symbole">F</xsl:param>

<xsl:param name="taux">6.55957</xsl:param>

<xsl:param name="message"></xsl:param>

<xsl:param name="total_fidelite">false</xsl:param>

<xsl:param name="langue">FR</xsl:param>

<!-- Paramètres uniquement disponibles avec les tickets “cuisine” -->

<xsl:param name="id_caisse">1</xsl:param>

<xsl:param name="caisse">Caisse 1</xsl:param>

<xsl:param name="observateur">Chaud</xsl:param>

<xsl:template match="/">

<ticket>

<select>imprimante</select>

<pagecode>858</pagecode>

</ticket>

</xsl:template>

</xsl:stylesheet>
