<?xml version="1.0" encoding="utf-8"?>
<!-- Closing of a day (Z), a month, a year; with $lecture the X report, which closes nothing. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
  <xsl:include href="commun.xsl"/>
  <xsl:output method="xml" version="1.0" encoding="utf-8"/>
  <xsl:strip-space elements="*"/>

  <xsl:template match="/">
    <ticket>
      <xsl:call-template name="tete"/>
      <xsl:apply-templates select="cloture"/>
      <xsl:call-template name="pied"/>
    </ticket>
  </xsl:template>

  <xsl:template match="cloture">
    <xsl:call-template name="titre"/>
    <definitabs>d</definitabs>
    <xsl:if test="$lecture != 'oui'">"Clôture (<xsl:value-of select="@type"/>)"<tab/>"<xsl:value-of select="@chaine"/>&#160;<xsl:value-of select="@caisse"/>-<xsl:value-of select="@numero"/>.<xsl:value-of select="$rang"/>"<lf/></xsl:if>
    "Caisse <xsl:value-of select="@caisse"/> (<xsl:value-of select="@caisse-uid"/>)"<tab/>"<xsl:call-template name="instant"><xsl:with-param name="valeur" select="@iso"/></xsl:call-template>"<lf/>
    <xsl:apply-templates select="bilan"/>
    <xsl:if test="$ancre != ''">
      <trait/><definitabs>d</definitabs>
      "Ancre de la caisse"<tab/>"<xsl:value-of select="substring($ancre, 1, 16)"/>"<lf/>
    </xsl:if>
  </xsl:template>

  <xsl:template name="titre">
    <aligne>centre</aligne><taille>haut</taille><style>gras</style>
    <xsl:choose>
      <xsl:when test="$lecture = 'oui'">"LECTURE X"</xsl:when>
      <xsl:when test="@chaine = 'GTM'">"CLÔTURE MENSUELLE"</xsl:when>
      <xsl:when test="@chaine = 'GTA'">"CLÔTURE ANNUELLE"</xsl:when>
      <xsl:otherwise>"CLÔTURE JOURNALIÈRE - Z"</xsl:otherwise>
    </xsl:choose><lf/>
    <taille>normal</taille>
    "<xsl:call-template name="periode"><xsl:with-param name="valeur" select="@periode"/></xsl:call-template><xsl:if test="@rang &gt; 1"> - clôture n° <xsl:value-of select="@rang"/></xsl:if>"<lf/>
    <style>normal</style>
    <xsl:if test="$lecture = 'oui'">"Situation provisoire : rien n'est clôturé"<lf/></xsl:if>
    <aligne>gauche</aligne>
  </xsl:template>

  <!-- 20261121 → 21/11/2026, 202611 → 11/2026, 2026 → 2026 -->
  <xsl:template name="periode">
    <xsl:param name="valeur"/>
    <xsl:choose>
      <xsl:when test="contains($valeur, '-')"><xsl:call-template name="jour"><xsl:with-param name="valeur" select="$valeur"/></xsl:call-template></xsl:when>
      <xsl:otherwise>
        <xsl:if test="string-length($valeur) &gt; 6"><xsl:value-of select="substring($valeur, 7, 2)"/>/</xsl:if>
        <xsl:if test="string-length($valeur) &gt; 4"><xsl:value-of select="substring($valeur, 5, 2)"/>/</xsl:if>
        <xsl:value-of select="substring($valeur, 1, 4)"/>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <xsl:template match="bilan">
    <trait/>
    "Nombre de tickets"<tab/>"<xsl:value-of select="@tickets"/>"<lf/>
    "Total HT"<tab/>"<xsl:call-template name="montant"><xsl:with-param name="valeur" select="@montantHT"/></xsl:call-template>"<lf/>
    "Total TVA"<tab/>"<xsl:call-template name="montant"><xsl:with-param name="valeur" select="tvas/@montantTaxes"/></xsl:call-template>"<lf/>
    <taille>haut</taille><style>gras</style>"TOTAL TTC"<tab/>"<xsl:call-template name="montant"><xsl:with-param name="valeur" select="@montantTTC"/></xsl:call-template>&#160;<xsl:value-of select="$symbole"/>"<lf/><style>normal</style><taille>normal</taille>
    <xsl:if test="tvas/tva">
      <trait/>
      <definitabs>9d -17d -9d d</definitabs>
      "TVA"<tab/>"Taux"<tab/>"HT"<tab/>"TVA"<tab/>"TTC"<lf/>
      <xsl:apply-templates select="tvas/tva"/>
    </xsl:if>
    <xsl:if test="encaissements/encaissement">
      <trait/>
      <definitabs>d</definitabs>
      <style>gras</style>"Encaissements"<style>normal</style><lf/>
      <xsl:apply-templates select="encaissements/encaissement"/>
      "Total encaissé"<tab/>"<xsl:call-template name="montant"><xsl:with-param name="valeur" select="encaissements/@montantEncaisse"/></xsl:call-template>"<lf/>
    </xsl:if>
    <trait/>
    <definitabs>d</definitabs>
    <style>gras</style>"Totaux perpétuels"<style>normal</style><lf/>
    "Réel"<tab/>"<xsl:call-template name="montant"><xsl:with-param name="valeur" select="@perpetuel"/></xsl:call-template>"<lf/>
    "Absolu"<tab/>"<xsl:call-template name="montant"><xsl:with-param name="valeur" select="@absolu"/></xsl:call-template>"<lf/>
    <dynamic>especes</dynamic>
  </xsl:template>

  <!-- Shares come by sector; the sector's name stands before its first rate -->
  <xsl:template match="tva">
    <xsl:if test="not(preceding-sibling::tva[1]/@secteur = @secteur)">"<xsl:call-template name="secteur"/>"<lf/></xsl:if>
    <tab/>"<xsl:call-template name="pourcentage"><xsl:with-param name="valeur" select="@taux"/></xsl:call-template> %"<tab/>
    "<xsl:call-template name="montant"><xsl:with-param name="valeur" select="@ht"/></xsl:call-template>"<tab/>
    "<xsl:call-template name="montant"><xsl:with-param name="valeur" select="."/></xsl:call-template>"<tab/>
    "<xsl:call-template name="montant"><xsl:with-param name="valeur" select="@base"/></xsl:call-template>"<lf/>
  </xsl:template>

  <xsl:template name="secteur">
    <xsl:choose>
      <xsl:when test="@secteur = 'TAXABLE'">Secteur taxable</xsl:when>
      <xsl:when test="@secteur = 'EXO_A'">Exonéré, art. 261-7-1° a du CGI</xsl:when>
      <xsl:when test="@secteur = 'EXO_B'">Exonéré, art. 261-7-1° b du CGI</xsl:when>
      <xsl:when test="@secteur = 'FRANCHISE'">Franchise, art. 293 B du CGI</xsl:when>
      <xsl:when test="@secteur = 'DOM_NONE'">TVA non applicable (DOM)</xsl:when>
      <xsl:otherwise><xsl:value-of select="@secteur"/></xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <xsl:template match="encaissement">
    "<xsl:choose>
      <xsl:when test="@mode = 'ESPECES'">Espèces</xsl:when>
      <xsl:when test="@mode = 'CARTE'">Carte bancaire</xsl:when>
      <xsl:when test="@mode = 'CHEQUE'">Chèque</xsl:when>
      <xsl:when test="@mode = 'VIREMENT'">Virement</xsl:when>
      <xsl:when test="@mode = 'BON'">Bon</xsl:when>
      <xsl:when test="@mode = 'COMPTE'">Compte client</xsl:when>
      <xsl:when test="@mode = 'AUTRE'">Autre</xsl:when>
      <xsl:otherwise><xsl:value-of select="@mode"/></xsl:otherwise>
    </xsl:choose>"<tab/>"<xsl:call-template name="montant"><xsl:with-param name="valeur" select="."/></xsl:call-template>"<lf/>
  </xsl:template>
</xsl:stylesheet>
