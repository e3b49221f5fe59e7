<?xml version="1.0" encoding="utf-8"?>
<!-- An invoice made at the till, or a credit note: what CGI ann. II art. 242 nonies A and C. com. art. L441-9 ask. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
  <xsl:import href="ticket.xsl"/>
  <xsl:output method="xml" version="1.0" encoding="utf-8"/>
  <xsl:strip-space elements="*"/>

  <xsl:template match="entete">
    <taille>haut</taille><style>gras</style>"<xsl:call-template name="nature"/> n° FCT <xsl:value-of select="../@caisse"/>-<xsl:value-of select="../@numero"/>"<style>normal</style><taille>normal</taille><lf/>
    <definitabs>d</definitabs>
    "Facture (<xsl:value-of select="../@type"/>) <xsl:value-of select="../@caisse"/>-<xsl:value-of select="../@numero"/>.<xsl:value-of select="$rang"/>"<tab/>"Caisse <xsl:value-of select="../@caisse"/> - Op. <xsl:value-of select="caissier/@numero"/>"<lf/>
    "Émise le"<tab/>"<xsl:value-of select="creation/date"/>&#160;<xsl:value-of select="creation/heure"/>"<lf/>
    "Date de la vente"<tab/>"<xsl:call-template name="jour"><xsl:with-param name="valeur" select="facture/@vente"/></xsl:call-template>"<lf/>
    "Ticket"<tab/>"n° <xsl:value-of select="origine/@caisse"/>-<xsl:value-of select="origine/@numero"/>"<lf/>
    <xsl:for-each select="facture/rectifie"><style>gras</style>"Rectifie la facture"<tab/>"n° FCT <xsl:value-of select="@caisse"/>-<xsl:value-of select="@numero"/>"<style>normal</style><lf/></xsl:for-each>
    <xsl:apply-templates select="facture/destinataire"/>
    <xsl:if test="commentaire">"<xsl:value-of select="commentaire"/>"<lf/></xsl:if>
  </xsl:template>

  <xsl:template name="nature">
    <xsl:choose>
      <xsl:when test="/ticket/@type = 'ANN'">Avoir</xsl:when>
      <xsl:otherwise>Facture</xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <xsl:template match="destinataire">
    <trait/>
    "Client"<lf/>
    <style>gras</style>"<xsl:value-of select="nom"/>"<style>normal</style><lf/>
    <xsl:if test="rue != ''">"<xsl:value-of select="rue"/>"<lf/></xsl:if>
    "<xsl:value-of select="codepostal"/>&#160;<xsl:value-of select="ville"/>"<lf/>
    <xsl:if test="pays != ''">"<xsl:value-of select="pays"/>"<lf/></xsl:if>
    <xsl:if test="@tva != ''">"N° TVA <xsl:value-of select="@tva"/>"<lf/></xsl:if>
  </xsl:template>

  <xsl:template match="article">
    <xsl:variable name="taux" select="@tva"/>
    <xsl:variable name="ligne" select="@numero"/>
    "<xsl:value-of select="libelle"/>"<lf/>
    "  <xsl:call-template name="quantite"><xsl:with-param name="valeur" select="@quantite"/></xsl:call-template><xsl:if test="@unite = 'KG'"> kg</xsl:if> x <xsl:call-template name="montant"><xsl:with-param name="valeur" select="@base"/></xsl:call-template><xsl:if test="@remise != 0"> - <xsl:call-template name="pourcentage"><xsl:with-param name="valeur" select="@remise"/></xsl:call-template> %</xsl:if>"<tab/>
    "<xsl:for-each select="/ticket/bilan/tvas/tva"><xsl:if test="@taux = $taux"><xsl:call-template name="code-tva"><xsl:with-param name="rang" select="position()"/></xsl:call-template></xsl:if></xsl:for-each>"<tab/>
    "<xsl:call-template name="montant"><xsl:with-param name="valeur" select="@net"/></xsl:call-template>"<lf/>
    "  P.U. HT <xsl:call-template name="montant"><xsl:with-param name="valeur" select="/ticket/entete/facture/prix[@ligne = $ligne]/@ht"/></xsl:call-template>"<tab/>"HT"<tab/>"<xsl:call-template name="montant"><xsl:with-param name="valeur" select="@net_ht"/></xsl:call-template>"<lf/>
  </xsl:template>

  <xsl:template name="mentions">
    <definitabs>d</definitabs>
    "Total HT"<tab/>"<xsl:call-template name="montant"><xsl:with-param name="valeur" select="ticket/bilan/@montantHT"/></xsl:call-template>&#160;<xsl:value-of select="$symbole"/>"<lf/>
    "Échéance"<tab/>"<xsl:call-template name="jour"><xsl:with-param name="valeur" select="ticket/entete/facture/@echeance"/></xsl:call-template>"<lf/>
    <xsl:for-each select="ticket/entete/facture/condition">"<xsl:value-of select="."/>"<lf/></xsl:for-each>
    <xsl:if test="ticket/entete/tarif/mention">"<xsl:value-of select="ticket/entete/tarif/mention"/>"<lf/></xsl:if>
  </xsl:template>
</xsl:stylesheet>
