<?xml version="1.0" encoding="utf-8"?>
<!-- What the shipped templates share: shop, marks, amounts, foot. Included, never used alone. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">

  <!-- Settings of the till, under the names of the print language -->
  <xsl:param name="message"/>
  <xsl:param name="symbole">€</xsl:param>
  <xsl:param name="code_barres">non</xsl:param>

  <!-- What the paper says and the signed document does not (PrintContext) -->
  <xsl:param name="rang">0</xsl:param>
  <xsl:param name="extrait"/>
  <xsl:param name="provisoire"/>
  <xsl:param name="duplicata"/>
  <xsl:param name="duplicata_rang"/>
  <xsl:param name="duplicata_date"/>
  <xsl:param name="duplicata_numero"/>
  <xsl:param name="duplicata_extrait"/>
  <xsl:param name="sort"/>
  <xsl:param name="ancre"/>
  <xsl:param name="lecture"/>

  <!-- Top of every paper: marks that must not be missed, then who sells -->
  <xsl:template name="tete">
    <select>imprimante</select>
    <pagecode>858</pagecode>
    <aligne>centre</aligne>
    <xsl:call-template name="marques"/>
    <taille>haut</taille><style>gras</style><identification/><style>normal</style><taille>normal</taille><lf/>
    <identification niveau="3"/><lf/>
    <aligne>gauche</aligne>
    <trait>=</trait>
  </xsl:template>

  <xsl:template name="marques">
    <xsl:if test="/*/@ecole = 'O'">
      <xsl:call-template name="bandeau"><xsl:with-param name="texte">MODE ÉCOLE - FACTICE</xsl:with-param></xsl:call-template>
    </xsl:if>
    <xsl:if test="$provisoire = 'oui'">
      <xsl:call-template name="bandeau"><xsl:with-param name="texte">TICKET PROVISOIRE - MODE DÉGRADÉ</xsl:with-param></xsl:call-template>
    </xsl:if>
    <xsl:if test="/*/@degrade = 'O' and $provisoire != 'oui'">
      <xsl:call-template name="bandeau"><xsl:with-param name="texte">ÉTABLI EN MODE DÉGRADÉ</xsl:with-param></xsl:call-template>
    </xsl:if>
    <xsl:if test="$duplicata = 'oui'">
      <xsl:call-template name="bandeau"><xsl:with-param name="texte">DUPLICATA</xsl:with-param></xsl:call-template>
    </xsl:if>
  </xsl:template>

  <xsl:template name="bandeau">
    <xsl:param name="texte"/>
    <aligne>centre</aligne>
    <inverse>oui</inverse><style>gras</style>"  *** <xsl:value-of select="$texte"/> ***  "<style>normal</style><inverse>non</inverse><lf/>
  </xsl:template>

  <!-- The duplicate's own number, date and signature excerpt -->
  <xsl:template name="duplicata">
    <xsl:if test="$duplicata = 'oui'">
      <trait/>
      <definitabs>d</definitabs>
      <style>gras</style>"DUPLICATA n° <xsl:value-of select="$duplicata_numero"/>"<tab/>"rang <xsl:value-of select="$duplicata_rang"/>"<style>normal</style><lf/>
      "Édité le <xsl:value-of select="$duplicata_date"/>"<lf/>
      "Signature du duplicata"<tab/>"<xsl:value-of select="$duplicata_extrait"/>"<lf/>
      <xsl:if test="$sort != ''">"<xsl:value-of select="$sort"/>"<lf/></xsl:if>
    </xsl:if>
  </xsl:template>

  <!-- Signature, software, message; the marks once more, then the knife -->
  <xsl:template name="pied">
    <trait/>
    <definitabs>d</definitabs>
    "<xsl:value-of select="/*/@logiciel"/><xsl:if test="/*/@version-fiscale"> (<xsl:value-of select="/*/@version-fiscale"/>)</xsl:if>"<tab/>
    <xsl:choose>
      <xsl:when test="$extrait != ''">"Signature <xsl:value-of select="$extrait"/>"</xsl:when>
      <xsl:otherwise>"Non signé"</xsl:otherwise>
    </xsl:choose><lf/>
    <xsl:call-template name="duplicata"/>
    <xsl:if test="/ticket and $message != ''">
      <lf/><aligne>centre</aligne>"<xsl:value-of select="$message"/>"<lf/>
    </xsl:if>
    <xsl:call-template name="marques"/>
    <aligne>gauche</aligne>
    <coupe/>
  </xsl:template>

  <!-- 1234.50 → 1234,50, 2.5000 → 2,50, 2.4990 → 2,499: at least two decimals. The XML holds exact
       decimals, so characters are moved and nothing is calculated. -->
  <xsl:template name="montant">
    <xsl:param name="valeur"/>
    <xsl:choose>
      <xsl:when test="string-length(substring-after($valeur, '.')) &gt; 2 and substring($valeur, string-length($valeur)) = '0'"><xsl:call-template name="montant"><xsl:with-param name="valeur" select="substring($valeur, 1, string-length($valeur) - 1)"/></xsl:call-template></xsl:when>
      <xsl:otherwise><xsl:value-of select="translate($valeur, '.', ',')"/></xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!-- 20.00 → 20 and 5.50 → 5,5 -->
  <xsl:template name="pourcentage">
    <xsl:param name="valeur"/>
    <xsl:choose>
      <xsl:when test="contains($valeur, '.') and (substring($valeur, string-length($valeur)) = '0' or substring($valeur, string-length($valeur)) = '.')"><xsl:call-template name="pourcentage"><xsl:with-param name="valeur" select="substring($valeur, 1, string-length($valeur) - 1)"/></xsl:call-template></xsl:when>
      <xsl:otherwise><xsl:value-of select="translate($valeur, '.', ',')"/></xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!-- 2.000 → 2 and 0.350 → 0,350 -->
  <xsl:template name="quantite">
    <xsl:param name="valeur"/>
    <xsl:choose>
      <xsl:when test="substring-after($valeur, '.') = '000'"><xsl:value-of select="substring-before($valeur, '.')"/></xsl:when>
      <xsl:otherwise><xsl:value-of select="translate($valeur, '.', ',')"/></xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!-- 2026-11-21 → 21/11/2026, 2026-11 → 11/2026, 2026 → 2026 -->
  <xsl:template name="jour">
    <xsl:param name="valeur"/>
    <xsl:choose>
      <xsl:when test="contains($valeur, '-')"><xsl:call-template name="jour"><xsl:with-param name="valeur" select="substring-after($valeur, '-')"/></xsl:call-template>/<xsl:value-of select="substring-before($valeur, '-')"/></xsl:when>
      <xsl:otherwise><xsl:value-of select="$valeur"/></xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!-- 2026-11-21T21:30:05+01:00 → 21/11/2026 21:30:05 -->
  <xsl:template name="instant">
    <xsl:param name="valeur"/>
    <xsl:call-template name="jour"><xsl:with-param name="valeur" select="substring-before($valeur, 'T')"/></xsl:call-template>
    <xsl:text> </xsl:text>
    <xsl:value-of select="substring(substring-after($valeur, 'T'), 1, 8)"/>
  </xsl:template>

  <!-- A, B, C… in the order of the VAT table -->
  <xsl:template name="code-tva">
    <xsl:param name="rang"/>
    <xsl:value-of select="substring('ABCDEFGHIJKLMNOPQRSTUVWXYZ', $rang, 1)"/>
  </xsl:template>
</xsl:stylesheet>
