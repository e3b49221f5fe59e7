<?xml version="1.0" encoding="utf-8"?>
<!-- A payment on a customer's account, or its cancellation: no sale, no VAT. -->
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
    <style>gras</style>"Règlement compte client (<xsl:value-of select="@type"/>) <xsl:value-of select="@caisse"/>-<xsl:value-of select="@numero"/>.<xsl:value-of select="$rang"/>"<style>normal</style><lf/>
    <definitabs>d</definitabs>
    "<xsl:value-of select="entete/creation/date"/>&#160;<xsl:value-of select="entete/creation/heure"/>"<tab/>"Caisse <xsl:value-of select="@caisse"/> - Op. <xsl:value-of select="entete/caissier/@numero"/>"<lf/>
    "Compte client"<tab/>"<xsl:value-of select="entete/client/@code"/>"<lf/>
    <xsl:if test="@type = 'ANN'"><style>gras</style>"Annule le règlement n° <xsl:value-of select="entete/origine/@caisse"/>-<xsl:value-of select="entete/origine/@numero"/>"<style>normal</style><lf/></xsl:if>
    <xsl:if test="entete/commentaire">"<xsl:value-of select="entete/commentaire"/>"<lf/></xsl:if>
    <trait/>
    <xsl:apply-templates select="bilan/encaissements/encaissement"/>
    <trait/>
    <style>gras</style>"<xsl:choose><xsl:when test="@type = 'ANN'">Rendu</xsl:when><xsl:otherwise>Reçu</xsl:otherwise></xsl:choose>"<tab/>"<xsl:call-template name="montant"><xsl:with-param name="valeur" select="bilan/@montantTTC"/></xsl:call-template>&#160;<xsl:value-of select="$symbole"/>"<style>normal</style><lf/>
    <lf/>
    <aligne>centre</aligne>"Règlement sur compte : ce document ne constate pas une vente"<lf/><aligne>gauche</aligne>
  </xsl:template>

  <xsl:template match="encaissement">
    "<xsl:choose><xsl:when test="@libelle != ''"><xsl:value-of select="@libelle"/></xsl:when><xsl:otherwise><xsl:value-of select="@mode"/></xsl:otherwise></xsl:choose>"<tab/>"<xsl:call-template name="montant"><xsl:with-param name="valeur" select="."/></xsl:call-template>"<lf/>
    <xsl:if test="@rendu != '0.00'">"  Rendu"<tab/>"-<xsl:call-template name="montant"><xsl:with-param name="valeur" select="@rendu"/></xsl:call-template>"<lf/></xsl:if>
  </xsl:template>
</xsl:stylesheet>
