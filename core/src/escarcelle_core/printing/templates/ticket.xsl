<?xml version="1.0" encoding="utf-8"?>
<!-- Sale, refund, cancellation: every mention the law and NF525 ask of a till ticket. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
  <xsl:include href="commun.xsl"/>
  <xsl:output method="xml" version="1.0" encoding="utf-8"/>
  <xsl:strip-space elements="*"/>

  <xsl:template match="/">
    <ticket>
      <xsl:call-template name="tete"/>
      <xsl:apply-templates select="ticket/entete"/>
      <xsl:apply-templates select="ticket/lignes"/>
      <xsl:apply-templates select="ticket/bilan"/>
      <xsl:call-template name="mentions"/>
      <xsl:call-template name="pied"/>
    </ticket>
  </xsl:template>

  <xsl:template match="entete">
    <style>gras</style>"<xsl:call-template name="titre"/> (<xsl:value-of select="../@type"/>) <xsl:value-of select="../@caisse"/>-<xsl:value-of select="../@numero"/>.<xsl:value-of select="$rang"/>"<style>normal</style><lf/>
    <definitabs>d</definitabs>
    "<xsl:value-of select="creation/date"/>&#160;<xsl:value-of select="creation/heure"/>"<tab/>"Caisse <xsl:value-of select="../@caisse"/> - Op. <xsl:value-of select="caissier/@numero"/>"<lf/>
    <xsl:if test="../@type = 'ANN'"><style>gras</style>"ANNULATION - REMBOURSEMENT"<style>normal</style><lf/></xsl:if>
    <xsl:apply-templates select="origine"/>
    <xsl:if test="commentaire">"<xsl:value-of select="commentaire"/>"<lf/></xsl:if>
  </xsl:template>

  <xsl:template name="titre">
    <xsl:choose>
      <xsl:when test="/ticket/@document = 'FCT'">Facture</xsl:when>
      <xsl:when test="/ticket/@document = 'JSP'">Justificatif de paiement</xsl:when>
      <xsl:when test="/ticket/@document = 'NTE'">Note</xsl:when>
      <xsl:when test="/ticket/@document = 'REG'">Règlement compte client</xsl:when>
      <xsl:otherwise>Ticket</xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <xsl:template match="origine">
    "Ce ticket <xsl:choose><xsl:when test="@etendue = 'totale'">annule</xsl:when><xsl:when test="/ticket/@type = 'ANN'">annule en partie</xsl:when><xsl:otherwise>modifie</xsl:otherwise></xsl:choose> le ticket n° <xsl:value-of select="@caisse"/>-<xsl:value-of select="@numero"/>"<lf/>
  </xsl:template>

  <xsl:template match="lignes">
    <trait/>
    <definitabs>-14 d</definitabs>
    "Qté x P.U. TTC"<tab/>"TVA"<tab/>"TTC <xsl:value-of select="$symbole"/>"<lf/>
    <trait/>
    <xsl:apply-templates select=".//article"/>
    <trait/>
  </xsl:template>

  <xsl:template match="article">
    <xsl:variable name="taux" select="@tva"/>
    "<xsl:value-of select="libelle"/>"<lf/>
    "  <xsl:call-template name="quantite"><xsl:with-param name="valeur" select="@quantite"/></xsl:call-template><xsl:if test="@unite = 'KG'"> kg</xsl:if> x <xsl:call-template name="montant"><xsl:with-param name="valeur" select="@base"/></xsl:call-template><xsl:if test="@remise != 0"> - <xsl:call-template name="pourcentage"><xsl:with-param name="valeur" select="@remise"/></xsl:call-template> %</xsl:if>"<tab/>
    "<xsl:for-each select="/ticket/bilan/tvas/tva"><xsl:if test="@taux = $taux"><xsl:call-template name="code-tva"><xsl:with-param name="rang" select="position()"/></xsl:call-template></xsl:if></xsl:for-each>"<tab/>
    "<xsl:call-template name="montant"><xsl:with-param name="valeur" select="@net"/></xsl:call-template>"<lf/>
    <xsl:if test="@origine_ticket and not(/ticket/entete/origine)">"  Retour du ticket n° <xsl:value-of select="@origine_ticket"/>"<lf/></xsl:if>
    <xsl:if test="commentaire">"  <xsl:value-of select="commentaire"/>"<lf/></xsl:if>
  </xsl:template>

  <xsl:template match="bilan">
    <definitabs>d</definitabs>
    "Nombre de lignes : <xsl:value-of select="../lignes/@nombre"/>"<lf/>
    <taille>haut</taille><style>gras</style>"TOTAL TTC"<tab/>"<xsl:call-template name="montant"><xsl:with-param name="valeur" select="@montantTTC"/></xsl:call-template>&#160;<xsl:value-of select="$symbole"/>"<lf/><style>normal</style><taille>normal</taille>
    <xsl:apply-templates select="encaissements/encaissement"/>
    <trait/>
    <xsl:apply-templates select="tvas"/>
  </xsl:template>

  <xsl:template match="encaissement">
    "<xsl:choose><xsl:when test="@libelle != ''"><xsl:value-of select="@libelle"/></xsl:when><xsl:otherwise><xsl:value-of select="@mode"/></xsl:otherwise></xsl:choose>"<tab/>"<xsl:call-template name="montant"><xsl:with-param name="valeur" select="."/></xsl:call-template>"<lf/>
    <xsl:if test="@rendu != 0 and @rendu != 'oui' and @rendu != 'non'">"  Rendu"<tab/>"-<xsl:call-template name="montant"><xsl:with-param name="valeur" select="@rendu"/></xsl:call-template>"<lf/></xsl:if>
  </xsl:template>

  <xsl:template match="tvas">
    <definitabs>9d -17d -9d d</definitabs>
    "TVA"<tab/>"Taux"<tab/>"HT"<tab/>"TVA"<tab/>"TTC"<lf/>
    <xsl:apply-templates select="tva"/>
    "Total"<tab/><tab/>"<xsl:choose><xsl:when test="../@montantHT"><xsl:call-template name="montant"><xsl:with-param name="valeur" select="../@montantHT"/></xsl:call-template></xsl:when><xsl:otherwise><xsl:value-of select="translate(format-number(../@montantTTC - @montantTaxes, '0.00'), '.', ',')"/></xsl:otherwise></xsl:choose>"<tab/>
    "<xsl:call-template name="montant"><xsl:with-param name="valeur" select="@montantTaxes"/></xsl:call-template>"<tab/>
    "<xsl:call-template name="montant"><xsl:with-param name="valeur" select="../@montantTTC"/></xsl:call-template>"<lf/>
  </xsl:template>

  <!-- Tickets of format 2 carry no amount without VAT -->
  <xsl:template match="tva">
    "<xsl:call-template name="code-tva"><xsl:with-param name="rang" select="position()"/></xsl:call-template>"<tab/>
    "<xsl:call-template name="pourcentage"><xsl:with-param name="valeur" select="@taux"/></xsl:call-template> %"<tab/>
    "<xsl:choose><xsl:when test="@ht"><xsl:call-template name="montant"><xsl:with-param name="valeur" select="@ht"/></xsl:call-template></xsl:when><xsl:otherwise><xsl:value-of select="translate(format-number(@base - ., '0.00'), '.', ',')"/></xsl:otherwise></xsl:choose>"<tab/>
    "<xsl:call-template name="montant"><xsl:with-param name="valeur" select="."/></xsl:call-template>"<tab/>
    "<xsl:call-template name="montant"><xsl:with-param name="valeur" select="@base"/></xsl:call-template>"<lf/>
  </xsl:template>

  <xsl:template name="mentions">
    <xsl:if test="ticket/entete/tarif/mention">"<xsl:value-of select="ticket/entete/tarif/mention"/>"<lf/></xsl:if>
    <xsl:if test="$code_barres = 'oui' and ticket/entete/cab != ''">
      <aligne>centre</aligne><code-barres type="CODE128" hauteur="50" texte="non"><xsl:value-of select="ticket/entete/cab"/></code-barres><aligne>gauche</aligne>
    </xsl:if>
  </xsl:template>
</xsl:stylesheet>
