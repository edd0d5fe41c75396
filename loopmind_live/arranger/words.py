"""The words that prompts are made of, as data: what people write, and what it means.

Words are in lower case without accents or hyphens (`score.labels.fold`); a value may be several
words. To teach the parser a word, add it here.
"""

from collections.abc import Mapping

from loopmind_live.score.loop import Role

GENRE_WORDS: Mapping[str, tuple[str, ...]] = {
    "trap": ("trap",),
    "hiphop": ("hiphop", "hip hop", "rap"),
    "boombap": ("boombap", "boom bap"),
    "lofi": (
        "lofi",
        "lo fi",
        "lofi hip hop",
        "lo fi hip hop",
        "lofi hiphop",
        "chillhop",
        "jazz hop",
    ),
    "drill": ("drill",),
    "phonk": ("phonk",),
    "house": ("house",),
    "deephouse": ("deephouse", "deep house"),
    "techhouse": ("techhouse", "tech house"),
    "techno": ("techno", "tekno"),
    "trance": ("trance", "psytrance"),
    "dnb": ("dnb", "drum and bass", "drum n bass", "drums and bass music", "d and b", "d n b"),
    "jungle": ("jungle",),
    "dubstep": ("dubstep", "dub step"),
    "garage": ("garage", "uk garage", "ukg", "2 step", "two step", "2step"),
    "breakbeat": ("breakbeat", "breakbeats", "break beat", "breaks"),
    "edm": ("edm", "big room", "electro", "dance music"),
    "ambient": ("ambient", "drone", "ambiental", "ambiante"),
    "synthwave": ("synthwave", "synth wave", "retrowave", "outrun"),
    "pop": ("pop",),
    "rnb": ("rnb", "r and b", "r n b", "rhythm and blues"),
    "rock": ("rock",),
    "funk": ("funk",),
    "disco": ("disco",),
    "jazz": ("jazz",),
    "reggaeton": ("reggaeton", "regueton"),
    "afrobeat": ("afrobeat", "afrobeats", "afro beat"),
}

MOOD_WORDS: Mapping[str, tuple[str, ...]] = {
    "dark": (
        "dark", "darker", "gloomy", "sinister", "evil", "eerie", "oscuro", "oscura", "sombre",
        "dunkel", "dunkler", "dunkle", "dustere", "escuro", "scuro", "noir",
    ),
    "chill": (
        "chill", "chilled", "chiller", "chilling", "relaxed", "relaxing", "laid back", "laidback",
        "mellow", "calm", "easy going", "smooth", "tranquilo", "tranquila", "relajado", "detendu",
        "entspannt", "calme",
    ),
    "dreamy": (
        "dreamy", "dreamier", "ethereal", "floaty", "floating", "spacey", "sonador", "sonadora",
        "reveur", "vertraumt", "onirico", "airy",
    ),
    "aggressive": (
        "aggressive", "aggresive", "agressive", "angry", "hard", "harder", "brutal", "raw",
        "agresivo", "agresiva", "agressif", "aggressiv", "violent",
    ),
    "happy": (
        "happy", "happier", "joyful", "cheerful", "uplifting", "feliz", "alegre", "joyeux",
        "joyeuse", "frohlich", "glucklich", "felice",
    ),
    "sad": (
        "sad", "sadder", "melancholic", "melancholy", "melancholisch", "triste", "traurig",
        "moody", "somber", "emotional", "melancolico", "melancolica", "melancolique",
    ),
    "energetic": (
        "energetic", "energy", "high energy", "upbeat", "pumping", "driving", "banging", "hype",
        "energico", "energica", "energique", "energisch", "powerful", "intense",
    ),
    "epic": ("epic", "cinematic", "huge", "massive", "anthemic", "epico", "epica", "epique"),
    "warm": ("warm", "warmer", "cozy", "cosy", "calido", "calida", "chaleureux", "soulful"),
    "minimal": ("minimal", "minimalist", "sparse", "stripped", "stripped back", "minimalista"),
    "hypnotic": ("hypnotic", "trippy", "trancey", "hipnotico", "hipnotica", "hypnotique"),
    "groovy": ("groovy", "groovier", "groove", "funky", "funkier", "swinging", "bouncy"),
    "tense": ("tense", "suspense", "suspenseful", "tenso", "tensa", "tendu", "nervous"),
    "romantic": ("romantic", "love", "sexy", "sensual", "romantico", "romantica", "romantique"),
    "bright": ("bright", "brighter", "sunny", "shiny", "brillante", "luminoso", "lumineux"),
}  # fmt: skip

ROLE_WORDS: Mapping[Role, tuple[str, ...]] = {
    "drums": (
        "drums", "drum", "drum loop", "drum loops", "batterie", "bateria", "schlagzeug",
        "batteria", "tambores", "909", "909 s", "drum kit",
    ),
    "kick": ("kick", "kicks", "kick drum", "kick drums", "bass drum", "bombo", "bumbo"),
    "snare": ("snare", "snares", "snare drum", "clap", "claps", "caja", "caisse claire"),
    "hats": (
        "hats", "hat", "hi hat", "hi hats", "hihat", "hihats", "high hats", "cymbals", "ride",
    ),
    "perc": (
        "perc", "percs", "percussion", "percussions", "percusion", "percussao", "congas", "conga",
        "bongos", "bongo", "shaker", "shakers", "tambourine",
    ),
    "bass": (
        "bass", "basses", "bassline", "bass line", "basslines", "sub", "sub bass", "subbass", "808",
        "808s", "808 s", "bajo", "basse", "basso", "baixo", "base line",
    ),
    "melody": (
        "melody", "melodies", "lead", "leads", "arp", "arps", "arpeggio", "arpeggios", "synth line",
        "synth lines", "synth lead", "pluck", "plucks", "melodia", "melodias", "melodie", "synth",
        "synths", "flute", "sax", "saxophone", "guitar", "guitars", "guitarra", "guitare", "bells",
        "brass", "trumpet", "violin",
    ),
    "chords": (
        "chords", "chord", "keys", "piano", "pianos", "rhodes", "organ", "stabs", "acordes",
        "accords", "akkorde", "accordi",
    ),
    "pad": ("pad", "pads", "strings", "atmosphere", "atmospheres", "drones", "nappe", "nappes"),
    "vocal": (
        "vocal", "vocals", "vox", "voice", "voices", "voces", "voz", "voix", "vocales", "singing",
        "singer", "acapella", "choir", "choirs", "stimme", "stimmen", "gesang", "voce", "voci",
        "vozes",
    ),
    "fx": (
        "fx", "sfx", "effects", "risers", "riser", "sweep", "sweeps", "impacts", "efectos",
        "effets", "noise",
    ),
}  # fmt: skip

OUT_WORDS = (
    "no", "without", "minus", "except", "sin", "sans", "ohne", "senza", "sem", "kein", "keine",
    "pas de", "drop the", "skip the", "lose the", "not",
)  # fmt: skip
ONLY_WORDS = (
    "only", "just", "nothing but", "solo con", "solamente", "seulement", "nur", "solo the",
    "just the", "only the", "apenas", "uniquement",
)  # fmt: skip
IN_WORDS = ("with", "plus", "featuring", "feat", "add", "con", "avec", "mit", "com", "including")
PLACE_WORDS = (
    "in", "for", "during", "on", "into", "at", "en", "dans", "im", "pour", "para", "no meio",
    "throughout", "pendant", "durante", "nel", "na",
)  # fmt: skip
JOIN_WORDS = ("and", "or", "nor", "y", "et", "und", "e", "o", "ou", "oder", "n", "ni")
BREAK_WORDS = ("then", "but", "luego", "puis", "dann", "pero", "mais", "aber", "after that")
BEFORE_WORDS = ("before", "antes de", "antes del", "avant", "vor", "leading into")

BPM_WORDS = ("bpm", "bmp", "bpms", "beats per minute", "b p m", "tempo")
BAR_WORDS = (
    "bar", "bars", "measure", "measures", "compas", "compases", "mesure", "mesures", "takt",
    "takte", "takten", "battute", "battuta", "compassos",
)  # fmt: skip
SECOND_WORDS = ("s", "sec", "secs", "second", "seconds", "segundos", "secondes", "sekunden")
MINUTE_WORDS = (
    "m", "min", "mins", "minute", "minutes", "minuto", "minutos", "minuten", "minuti",
)  # fmt: skip
HOUR_WORDS = ("h", "hr", "hrs", "hour", "hours", "hora", "horas", "heure", "heures", "stunde")

FILLER_WORDS = (
    "a", "an", "the", "some", "of", "me", "my", "i", "want", "need", "give", "make", "play",
    "get", "let", "lets", "us", "please", "pls", "plz", "something", "beat", "beats", "track",
    "tracks", "song", "songs", "tune", "set", "mix", "music", "loop", "loops", "arrange",
    "arrangement", "generate", "create", "build me", "kind", "style", "type", "vibe", "vibes",
    "feel", "feeling", "mood", "around", "about", "roughly", "approx", "approximately", "circa",
    "ca", "very", "really", "super", "nice", "big", "long", "lasting", "key", "note", "to", "is",
    "it", "that", "this", "there", "be", "by", "from", "its", "should", "would", "like", "lot",
    "lots", "section", "sections", "part", "parts", "un", "una", "une", "el", "la", "le", "les",
    "los", "las", "der", "die", "das", "ein", "eine", "einen", "de", "del", "du", "des", "von",
    "a bit", "bit", "little", "sounding", "instrumental section of", "go", "start", "starting",
    "end", "begin", "4 on the floor", "four on the floor", "l", "d", "your", "our", "any", "all",
    "each", "every", "also", "too", "so", "uno", "quiero", "haz", "hazme", "pon", "mach", "mir",
    "fais", "moi", "musica", "musique", "musik", "cancion", "morceau", "stuck", "heavy on",
    "tonality", "first", "second", "third", "last", "final", "tempo of", "where", "has", "have",
    "having", "more", "bpm of", "um", "uma", "at about",
)  # fmt: skip
"""Words that carry no wish of their own and are not worth a remark."""

NUMBER_WORDS: Mapping[str, int] = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "ten": 10, "twelve": 12, "sixteen": 16, "twenty four": 24, "thirty two": 32, "ocho": 8,
    "cuatro": 4, "huit": 8, "quatre": 4, "acht": 8, "vier": 4,
}  # fmt: skip

MINOR_WORDS = ("m", "min", "minor", "moll", "menor", "mineur", "minore")
MAJOR_WORDS = ("maj", "major", "dur", "mayor", "majeur", "maggiore", "maior")
SHARP_WORDS = ("sharp", "sostenido", "diese", "diesis", "sustenido")
FLAT_WORDS = ("flat", "bemol", "bemolle")
KEY_LEADS = ("in", "key", "key of", "the key of", "en", "tonality", "tone")
SOLFEGE: Mapping[str, str] = {
    "do": "C", "re": "D", "mi": "E", "fa": "F", "sol": "G", "la": "A", "si": "B", "ut": "C",
}  # fmt: skip
GERMAN_TONICS: Mapping[str, str] = {
    "h": "B", "cis": "C#", "dis": "D#", "fis": "F#", "gis": "G#", "ais": "A#", "des": "C#",
    "es": "D#", "ges": "F#", "as": "G#", "b": "A#",
}  # fmt: skip
