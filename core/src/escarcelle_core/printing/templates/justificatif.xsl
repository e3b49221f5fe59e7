<?xml version="1.0" encoding="utf-8"?>
<!-- A proof of payment: the payments of a ticket it names, and that it is not that ticket. -->
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
    <style>gras</style>"Justificatif de paiement (<xsl:value-of select="@type"/>) <xsl:value-of select="@caisse"/>-<xsl:value-of select="@numero"/>.<xsl:value-of select="$rang"/>"<style>normal</style><lf/>
    <definitabs>d</definitabs>
    "<xsl:value-of select="entete/creation/date"/>&#160;<xsl:value-of select="entete/creation/heure"/>"<tab/>"Caisse <xsl:value-of select="@caisse"/> - Op. <xsl:value-of select="entete/caissier/@numero"/>"<lf/>
    "Paiement du ticket"<tab/>"n° <xsl:value-of select="entete/origine/@caisse"/>-<xsl:value-of select="entete/origine/@numero"/>"<lf/>
    <trait/>
    <xsl:apply-templates select="bilan/encaissements/encaissement"/>
    <trait/>
    <style>gras</style>"Payé"<tab/>"<xsl:call-template name="montant"><xsl:with-param name="valeur" select="bilan/@montantTTC"/></xsl:call-template>&#160;<xsl:value-of select="$symbole"/>"<style>normal</style><lf/>
    <lf/>
    <aligne>centre</aligne><style>gras</style>"CE DOCUMENT N'EST PAS UN TICKET DE CAISSE"<style>normal</style><lf/><aligne>gauche</aligne>
  </xsl:template>

  <xsl:template match="encaissement">
    "<xsl:choose><xsl:when test="@libelle != ''"><xsl:value-of select="@libelle"/></xsl:when><xsl:otherwise><xsl:value-of select="@mode"/></xsl:otherwise></xsl:choose>"<tab/>"<xsl:call-template name="montant"><xsl:with-param name="valeur" select="@montant"/></xsl:call-template>"<lf/>
  </xsl:template>
</xsl:stylesheet>
