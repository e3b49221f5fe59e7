<?xml version="1.0" encoding="utf-8"?>
<!-- A note, given before payment: no VAT, no means of payment, and it says what it is not. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
  <xsl:include href="commun.xsl"/>
  <xsl:output method="xml" version="1.0" encoding="utf-8"/>
  <xsl:strip-space elements="*"/>

  <xsl:template match="/">
    <ticket>
      <xsl:call-template name="tete"/>
      <xsl:apply-templates select="ticket"/>
      <xsl:call-template name="pied"/>
    </ticket>
  </xsl:template>

  <xsl:template match="ticket">
    <aligne>centre</aligne><style>gras</style>"Note - justificatif non valable pour encaissement"<style>normal</style><lf/><aligne>gauche</aligne>
    <style>gras</style>"Note (<xsl:value-of select="@type"/>) <xsl:value-of select="@caisse"/>-<xsl:value-of select="@numero"/>.<xsl:value-of select="$rang"/>"<style>normal</style><lf/>
    <definitabs>d</definitabs>
    "<xsl:value-of select="entete/creation/date"/>&#160;<xsl:value-of select="entete/creation/heure"/>"<tab/>"Caisse <xsl:value-of select="@caisse"/> - Op. <xsl:value-of select="entete/caissier/@numero"/>"<lf/>
    <trait/>
    <xsl:apply-templates select="lignes//article"/>
    <trait/>
    "Nombre de lignes : <xsl:value-of select="lignes/@nombre"/>"<lf/>
    "À payer"<tab/>"<xsl:call-template name="montant"><xsl:with-param name="valeur" select="bilan/@montantTTC"/></xsl:call-template>&#160;<xsl:value-of select="$symbole"/>"<lf/>
    <lf/>
    <aligne>centre</aligne><style>gras</style>"JUSTIFICATIF NON VALABLE POUR ENCAISSEMENT"<style>normal</style><lf/><aligne>gauche</aligne>
  </xsl:template>

  <xsl:template match="article">
    "<xsl:value-of select="libelle"/>"<lf/>
    "  <xsl:call-template name="quantite"><xsl:with-param name="valeur" select="@quantite"/></xsl:call-template><xsl:if test="@unite = 'KG'"> kg</xsl:if> x <xsl:call-template name="montant"><xsl:with-param name="valeur" select="@base"/></xsl:call-template><xsl:if test="@remise != 0"> - <xsl:call-template name="pourcentage"><xsl:with-param name="valeur" select="@remise"/></xsl:call-template> %</xsl:if>"<tab/>
    "<xsl:call-template name="montant"><xsl:with-param name="valeur" select="@net"/></xsl:call-template>"<lf/>
  </xsl:template>
</xsl:stylesheet>
