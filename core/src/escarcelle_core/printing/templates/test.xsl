<?xml version="1.0" encoding="utf-8"?>
<!-- Print-test page: shows in one look what the printer does and does not do. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
  <xsl:output method="xml" version="1.0" encoding="utf-8"/>
  <xsl:param name="caisse"/>
  <xsl:param name="imprimante"/>
  <xsl:param name="date"/>
  <xsl:param name="largeur">42</xsl:param>

  <xsl:template match="/">
    <ticket>
      <select>imprimante</select>
      <pagecode>858</pagecode>
      <aligne>centre</aligne>
      <taille>haut</taille><style>gras</style>"PAGE DE TEST"<style>normal</style><taille>normal</taille><lf/>
      "Ce papier n'est pas un ticket de caisse"<lf/>
      <aligne>gauche</aligne>
      <trait>=</trait>
      <definitabs>d</definitabs>
      <xsl:if test="$caisse != ''">"Caisse"<tab/>"<xsl:value-of select="$caisse"/>"<lf/></xsl:if>
      <xsl:if test="$imprimante != ''">"Imprimante"<tab/>"<xsl:value-of select="$imprimante"/>"<lf/></xsl:if>
      <xsl:if test="$date != ''">"Imprimé le"<tab/>"<xsl:value-of select="$date"/>"<lf/></xsl:if>
      <trait/>
      "Une seule ligne de <xsl:value-of select="$largeur"/> chiffres :"<lf/>
      "<xsl:value-of select="substring('123456789012345678901234567890123456789012345678901234567890', 1, $largeur)"/>"<lf/>
      "Accents : à â ç é è ê ë î ï ô ù û œ"<lf/>
      "Capitales : À Â Ç É È Ê Î Ô Ù"<lf/>
      "Signes : € £ ° « » ½ @ # $ { } [ ] \ | ~"<lf/>
      "<xsl:text>Montants</xsl:text>"<tab/>"1234,50 €"<lf/>
      <trait/>
      <style>gras</style>"Gras"<style>normal</style>" - "<style>souligne</style>"souligné"<style>normal</style>" - "<inverse>oui</inverse>" inversé "<inverse>non</inverse><lf/>
      <taille>haut</taille>"Double hauteur"<taille>normal</taille><lf/>
      <taille>large</taille>"Largeur x2"<taille>normal</taille><lf/>
      <aligne>droite</aligne>"aligné à droite"<lf/>
      <aligne>centre</aligne>"centré"<lf/>
      <trait/>
      <code-barres type="EAN13">2000000000015</code-barres><lf/>
      <qrcode taille="4">Escarcelle</qrcode><lf/>
      <aligne>gauche</aligne>
      "Si une ligne manque ou si un signe est remplacé par un autre, choisissez un autre profil d'imprimante dans les réglages de la caisse."<lf/>
      <coupe/>
    </ticket>
  </xsl:template>
</xsl:stylesheet>
