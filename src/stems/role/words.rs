//! What the words in stems' names say. Folded: small letters, no accents. `_` joins words that say it only
//! together, also when they are written as one. A plural in `s` need not be listed.

/// What a word says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Says {
    /// A drum or all of them.
    Drums,
    /// Drums, where nothing else is named.
    Loop,
    /// A bass.
    Bass,
    /// Bass, unless a drum is named beside it.
    Sub,
    /// A voice.
    Voice,
    /// The voice in front.
    LeadVoice,
    /// Voices behind it.
    BackingVoice,
    /// Beside a voice: the one in front; alone, an instrument that leads.
    Lead,
    /// What plays the notes.
    Music,
    /// Noises and transitions.
    Fx,
    /// Noises and transitions, where no instrument is named.
    Hit,
    /// An effect's return; beside a voice, that voice's.
    Return,
    /// With effects, where there is another without.
    Wet,
    /// Without effects.
    Dry,
    /// All but the voices, where only voices stand beside it; else the drums.
    Beat,
    /// All but the voices, where only voices stand beside it; else the music.
    Backing,
    /// A mix, whatever else is named.
    Mix,
    /// A mix, where nothing else is named.
    Print,
    /// What is left over.
    Other,
    /// Nothing.
    Nothing,
}

/// Word lists by language.
pub(super) const WORDS: [(Says, &[&str]); 20] = [
    (
        Says::Drums,
        &[
            // English, and what everybody writes
            "drum drumkit kit dr drms kick kik kck bd bass_drum kick_drum snare snr sd rim stick clap snap hat hh \
             hihat hi_hat hi_hats cymbal cym crash ride splash china tom floor_tom overhead oh perc percussion shaker tamb \
             tambourine conga bongo timbale cajon tabla djembe clave guiro cowbell woodblock triangle timpani \
             drumloop breakbeat toploop top_loop beatbox tr_808 tr_909 909 707 ghost_kick",
            // German
            "schlagzeug trommel trommeln becken schlagwerk perkussion snaredrum standtom klatschen",
            // French
            "batterie caisse_claire grosse_caisse percussions cymbale charley charleston",
            // Spanish
            "bateria bombo caja platillo platillos percusion redoblante tambor tambores palmas",
            // Portuguese
            "bumbo caixa pratos percussao pandeiro tamborim surdo",
            // Italian
            "batteria cassa rullante piatti percussioni grancassa tamburo",
            // elsewhere
            "trummor trommer slagwerk perkusja bebny bici davul udarnye барабаны ударные бочка ドラム 드럼 鼓",
        ],
    ),
    (Says::Loop, &["loop break fill groove top"]),
    (
        Says::Bass,
        &[
            "bass bs bss upright_bass double_bass synth_bass reese moog_bass subbass sub_bass e_bass",
            "kontrabass",
            "basse contrebasse",
            "bajo contrabajo",
            "baixo contrabaixo",
            "basso contrabbasso",
            "bas basa basgitaar kontrabas basowa бас ベース 베이스 贝斯",
        ],
    ),
    (Says::Sub, &["808 sub low_end"]),
    (
        Says::Voice,
        &[
            "vocal voc vox voice vx vo singer singing sung rap rapper male female topline top_line",
            "gesang stimme stimmen sprache sprecher",
            "voix chant chanteur chanteuse",
            "voz voces canto cantante",
            "vozes vocais",
            "voce voci cantato",
            "zang sang vokal vokaler wokal spiew zpev вокал голос ボーカル 보컬 人声",
        ],
    ),
    (
        Says::LeadVoice,
        &[
            "lv ldv ldvx lvox ldvox leadvox mainvox acapella acappella accapella acap lead_vocal",
            "leadgesang hauptgesang hauptstimme leadstimme",
            "voix_principale chant_principal chant_lead",
            "voz_principal",
            "voce_principale",
            "主唱",
        ],
    ),
    (
        Says::BackingVoice,
        &[
            "bgv bv bvx bvox bgvox bgvoc bg backing backup background harmony harmonies harm harmo choir double dbl dub \
             doubler adlib ad_lib ad_libs gang shout ooh aah stack stacks choral",
            "chor choere chore hintergrund hintergrundgesang begleitgesang backgroundgesang chorgesang zweitstimme \
             doppelung",
            "choeur choeurs doublage doublages voix_secondaires",
            "coro coros armonias dobles segundas_voces",
            "dobras segunda_voz",
            "cori corista coristi doppie armonie seconda_voce",
            "korgesang koor achtergrond kor chorki бэк хор コーラス 코러스 和声",
        ],
    ),
    (
        Says::Lead,
        &["lead ld main front solo principal principale haupt"],
    ),
    (
        Says::Music,
        &[
            "guitar gtr gt gtar guit egtr agtr acoustic electric_guitar key keyboard kbd keyz piano pno rhodes wurli \
             wurlitzer organ hammond clav clavinet synth syn pad arp pluck bell chord stab string violin viola cello \
             strings orchestra brass horn trumpet trombone sax saxophone flute clarinet oboe woodwind wind harp \
             harmonica accordion banjo mandolin ukulele uke sitar steel steel_drum steel_drums steel_guitar pedal_steel marimba \
             vibes vibraphone xylophone glockenspiel mallet melody melodic riff sample music musical instrument mellotron \
             celesta sequence seq poly drone vocoder vocal_chop vox_chop texture lute fiddle bagpipe theremin \
             supersaw saw chiptune motif",
            "gitarre gitarren klavier fluegel tasten streicher blaeser blaser geige geigen bratsche orgel flote floete \
             akkordeon flache flachen flaeche flaechen akkorde melodie harfe posaune trompete musik synthie synthesizer \
             mundharmonika",
            "guitare clavier orgue corde cordes cuivre cuivres violon violons violoncelle nappe nappes synthe accordeon \
             trompette melodie musique harpe",
            "guitarra teclado teclados cuerda cuerdas viento vientos metales violines sintetizador sinte organo acordeon \
             trompeta melodia musica arpa charango tres",
            "violao violoes teclas cordas metais sopros sintetizadores cavaquinho cavaco sanfona orgao viola_caipira",
            "chitarra chitarre tastiera tastiere pianoforte archi fiati ottoni violino violini organo sintetizzatore synt \
             fisarmonica tromba",
            "gitaar toetsen strijkers blazers gitarr klaviatur strakar gitara klawisze smyczki kytara klavesy gitar \
             гитара клавиши синтезатор фортепиано струнные ギター ピアノ シンセ ストリングス 기타 피아노 신스 吉他 钢琴 \
             合成器 弦乐",
        ],
    ),
    (
        Says::Fx,
        &[
            "fx sfx efx effect riser uplifter downlifter impact sweep whoosh noise vinyl foley ambience atmos atmo \
             transition ear_candy scratch soundscape",
            "effekt effekte gerausch gerausche geraeusche rauschen atmosphare",
            "effet effets bruitage bruitages bruit ambiance",
            "efecto efectos ruido ambiente",
            "efeito efeitos ruidos",
            "effetto effetti rumore rumori atmosfera",
            "effecten effekter efekty efekt эффекты шум 効果音 効果 效果 효과",
        ],
    ),
    (
        Says::Hit,
        &["hit rise boom drop swell reverse glitch ambient"],
    ),
    (
        Says::Return,
        &[
            "verb reverb rvb rev delay dly dlay echo return rtn ret send throw plate spring hall chamber ambience_send \
             aux",
            "hallfahne raum effektweg",
            "reverbe retour",
            "retorno eco reverberacion",
            "reverberacao",
            "riverbero ritorno mandata",
        ],
    ),
    (Says::Wet, &["wet mouille mojado bagnato"]),
    (Says::Dry, &["dry trocken sec seco secca secco"]),
    (Says::Beat, &["beat prod riddim type_beat"]),
    (
        Says::Backing,
        &[
            "instrumental inst instr instru backing_track backtrack karaoke minus_one playback no_vocals no_vox band \
             accompaniment tv_track tv_mix everything_else",
            "halbplayback begleitung instrumentale accompagnement acompanamiento base_musicale basi",
        ],
    ),
    (
        Says::Mix,
        &[
            "mixdown 2mix 2_mix 2trk 2_track stereo_mix full_mix rough_mix mix_ref ref reference referenz premaster \
             pre_master mastered mix_print stereo_bounce demo_mix",
            "mischung abmischung gesamtmix referenz",
            "mixage melange",
            "mezcla referencia",
            "mixagem",
            "missaggio riferimento",
            "микс",
        ],
    ),
    (
        Says::Print,
        &[
            "mix master rough sum bounce print final_mix full summe gesamt stereo_out main_out mstr mst full_song",
        ],
    ),
    (
        Says::Other,
        &[
            "other rest misc various remaining others andere sonstiges reste autre autres otros outros altro altri resto",
        ],
    ),
    (
        Says::Nothing,
        &[
            "stem stereo mono bus buss group grp subgroup submix audio track trk channel chan ch wav wave file export \
             bit hz khz bpm st final new edit master_bus rendered render consolidated comp aux_bus l r v left right \
             the and part take layer all dry_wet spur kanal piste pista canal traccia canale",
        ],
    ),
];
