<?xml version="1.0" encoding="utf-8"?>

<xsl:stylesheet version="1.0"

xmlns:xsl="http://www.w3.org/1999/XSL/Transform">

<xsl:output method="xml" version="1.0" encoding="utf-8"/>

<!-- Paramètres fournis par l’application -->

<xsl:param name="double_affichage">false</xsl:param>



<xsl:template match="/">

<ticket>

<select>imprimante</select>

<pagecode>858</pagecode>

<xsl:apply-templates select="ticket/entete" />

<xsl:apply-templates select="ticket/lignes" />

<xsl:apply-templates select="ticket/bilan" />

<xsl:call-template name="pied"/>

</ticket>

</xsl:template>

<xsl:template match="entete">

<!-- Un ticket doit obligatoirement utiliser la commande “<identification/>” -->

<!-- NOM DU MAGASIN EN HAUT DU TICKET avec les coordonnées du magasin -->

<lf/>

<aligne>centre</aligne>

<style>gras</style><identification /><style>normal</style><lf/>

<identification niveau="3" /><lf/>

<!-- COMMENTAIRE GLOBAL EN HAUT DU TICKET -->

<!--

<xsl:call-template name="commentaire" />

-->

<!-- Imprimer l’entête du ticket : logo, vendeur, date, numero, entetes

de la table des articles... -->

</xsl:template>

<xsl:template match="article">

<!-- Imprimer la ligne correspondante à un article -->

</xsl:template>

<xsl:template match="menu">

<!-- Imprimer la ligne correspondante à un menu -->

</xsl:template>

<xsl:template match="sous-total | plateau">

<!-- Imprimer les articles du menu -->

<xsl:apply-templates select="*" />

<!-- Imprimer la ligne du menu -->

</xsl:template>

<xsl:template match="bilan">

<!-- Imprimer le total du ticket -->

<!-- Imprimer les encaissements dans un certain ordre -->

<xsl:if test="encaissements[encaissement or acompte or avoir or voucher]">

<xsl:apply-templates select="encaissements/acompte" />

<xsl:apply-templates select="encaissements/avoir" />

<xsl:apply-templates select="encaissements/voucher" />

<xsl:apply-templates select="encaissements/encaissement" />

<xsl:apply-templates select="encaissements/@rendu" />

<xsl:apply-templates select="encaissements/@surplus" />

</xsl:if>

<!-- Imprimer les TVAs -->

<xsl:apply-templates select="tvas"/>

</xsl:template>

<xsl:template match="acompte">

</xsl:template>

<xsl:template match="avoir">

</xsl:template>

<xsl:template match="voucher">

</xsl:template>

<xsl:template match="encaissement">

</xsl:template>

<xsl:template match="@rendu">

</xsl:template>

<xsl:template match="@surplus">

</xsl:template>

<xsl:template match="tva[. &gt; 0]">

<!-- Imprimer la ligne TVA > 0 -->

</xsl:template>

<!-- La TVA est à zéro : ne rien faire pour ne pas l’imprimer -->

<xsl:template match="tva[.=0]">

</xsl:template>

<xsl:template name="commentaire">

</xsl:template>

<xsl:template name="pied">

<!-- COMMENTAIRE GLOBAL EN BAS DU TICKET -->

<!--

<xsl:call-template name="commentaire" />

-->

<!-- Un ticket doit obligatoirement utiliser la commande “<identification/>” -->

<!-- NOM DU MAGASIN EN BAS DU TICKET avec un message de remerciement -->

<lf/>

<aligne>centre</aligne>

<identification />" VOUS REMERCIE..."<lf/>

<aligne>gauche</aligne>

</xsl:template>

</xsl:stylesheet>
