"""Words that say too little to be searched for: the default values of Znuny's settings of that name.

sysconfig.py has them as `Ticket::SearchIndex::StopWords###en` and so on, where an operator changes them. A Znuny on the
same database leaves out these words when it indexes an article, so they have to be the same.
"""

from __future__ import annotations

# ruff: noqa: SIM905  a word a line would be a thousand lines

GERMAN: tuple[str, ...] = tuple(
    """
    aber als am an auch auf aus bei bin bis bist da dadurch daher darum das dass daß dein deine dem den der des
    deshalb dessen die dies dieser dieses doch dort du durch ein eine einem einen einer eines er es euer eure für
    hatte hatten hattest hattet hier hinter ich ihr ihre im in ist ja jede jedem jeden jeder jedes jener jenes jetzt
    kann kannst können könnt machen mein meine mit musst muß mußt müssen müßt nach nachdem nein nicht nun oder seid
    sein seine sich sie sind soll sollen sollst sollt sonst soweit sowie und unser unsere unter vom von vor wann warum
    was weiter weitere wenn wer werde werden werdet weshalb wie wieder wieso wir wird wirst wo woher wohin zu zum zur
    über
    """.split()
)

ENGLISH: tuple[str, ...] = tuple(
    """
    a about above after again against all am an and any are aren't as at be because been before being below between
    both but by can't cannot could couldn't did didn't do does doesn't doing don't down during each few for from
    further had hadn't has hasn't have haven't having he he'd he'll he's her here here's hers herself him himself his
    how how's i i'd i'll i'm i've if in into is isn't it it's its itself let's me more most mustn't my myself no nor
    not of off on once only or other ought our ours ourselves out over own same shan't she she'd she'll she's should
    shouldn't so some such than that that's the their theirs them themselves then there there's these they they'd
    they'll they're they've this those through to too under until up very was wasn't we we'd we'll we're we've were
    weren't what what's when when's where where's which while who who's whom why why's with won't would wouldn't you
    you'd you'll you're you've your yours yourself yourselves
    """.split()
)

SPANISH: tuple[str, ...] = tuple(
    """
    alguna algunas alguno algunos algún ambos ampleamos ante antes aquel aquellas aquellos aqui arriba atras bajo
    bastante bien cada cierta ciertas cierto ciertos como con conseguimos conseguir consigo consigue consiguen
    consigues cual cuando dentro desde donde dos el ellas ellos empleais emplean emplear empleas empleo en encima
    entonces entre era eramos eran eras eres es esta estaba estado estais estamos estan estoy fin fue fueron fui
    fuimos gueno ha hace haceis hacemos hacen hacer haces hago incluso intenta intentais intentamos intentan intentar
    intentas intento ir la largo las lo los mientras mio modo muchos muy nos nosotros otro para pero podeis podemos
    poder podria podriais podriamos podrian podrias por porque primero puede pueden puedo quien sabe sabeis sabemos
    saben saber sabes ser si siendo sin sobre sois solamente solo somos soy su sus también teneis tenemos tener tengo
    tiempo tiene tienen todo trabaja trabajais trabajamos trabajan trabajar trabajas trabajo tras tuyo ultimo un una
    unas uno unos usa usais usamos usan usar usas uso va vais valor vamos van vaya verdad verdadera verdadero vosotras
    vosotros voy yo
    """.split()
)

FRENCH: tuple[str, ...] = tuple(
    """
    alors au aucuns aussi autre avant avec avoir bon car ce cela ces ceux chaque ci comme comment dans dedans dehors
    depuis des deux devrait doit donc dos droite du début elle elles en encore essai est et eu fait faites fois font
    force haut hors ici il ils je juste la le les leur là ma maintenant mais mes mine moins mon mot même ni nommés
    notre nous nouveaux ou où par parce parole pas personnes peu peut pièce plupart pour pourquoi quand que quel
    quelle quelles quels qui sa sans ses seulement si sien son sont sous soyez sujet sur ta tandis tellement tels tes
    ton tous tout trop très tu valeur voie voient vont votre vous vu ça étaient état étions été être
    """.split()
)

ITALIAN: tuple[str, ...] = tuple(
    """
    a adesso ai al alla allo allora altre altri altro anche ancora avere aveva avevano ben buono che chi cinque
    comprare con consecutivi consecutivo cosa cui da del della dello dentro deve devo di doppio due e ecco fare fine
    fino fra gente giu ha hai hanno ho il indietro invece io la lavoro le lei lo loro lui lungo ma me meglio molta
    molti molto nei nella no noi nome nostro nove nuovi nuovo o oltre ora otto peggio pero persone piu poco primo
    promesso qua quarto quasi quattro quello questo qui quindi quinto rispetto sara secondo sei sembra sembrava senza
    sette sia siamo siete solo sono sopra soprattutto sotto stati stato stesso su subito sul sulla tanto te tempo
    terzo tra tre triplo ultimo un una uno va vai voi volte vostro
    """.split()
)

DUTCH: tuple[str, ...] = tuple(
    """
    aan af al alleen als ander beginnen bij blijven dag dan dat de denken deze die dit doen door dus echt een eens elk
    elkaar en er even gaan gebruiken geen geven goed groot haar hebben heel hem het hier hij hoe horen houden huis hun
    iets in ja jaar je jij jou jullie keer kijken kind komen krijgen kunnen laat land lang laten les lezen liggen
    lopen maar maken man me mee mens met mijn moeder moeten mogen na naar nee net niet nieuw nog nou nu of om omdat
    ons ook op over roepen schrijven staan te tegen tekst tijd toch tot twee u uit vader van veel vertellen vinden
    voor vragen waar waarom want wat we weer wel welk weten wie willen woord worden ze zeggen zetten zich zien zijn
    zin zitten zo zullen
    """.split()
)
