//! Pages of eight parameters for controllers with eight knobs (CLAP remote controls).

use nice_plug::context::remote_controls::{
    RemoteControlsContext, RemoteControlsPage, RemoteControlsSection,
};

use crate::engine::settings::fields::{Field, Group};
use crate::params::{Face, FinalcoatParams, ParamKind, band_name};

/// What is reached for first, over all stages.
const MAIN: [&str; 8] = [
    "intensity",
    "drive_db",
    "ceiling_dbtp",
    "clip_depth_db",
    "loudness_on",
    "glue_threshold_db",
    "colour_drive_db",
    "reference_level_db",
];
/// The same of a stem.
const MAIN_OF_A_STEM: [&str; 8] = [
    "stem_gain_db",
    "stem_width_pct",
    "advice",
    "intensity",
    "glue_threshold_db",
    "colour_drive_db",
    "image_mono_amount_pct",
    "reference_level_db",
];

/// Puts the automatable values of every stage onto pages, and the most used onto the first. Of an equalizer
/// band the ratio is left out, so that the band is one page.
pub fn define(params: &FinalcoatParams, context: &mut impl RemoteControlsContext) {
    context.add_section("Main", |section| {
        section.add_page("Main", |page| {
            let main = match params.face() {
                Face::Master => MAIN,
                Face::Stem => MAIN_OF_A_STEM,
            };
            for id in main {
                let found = params.all().iter().find(|param| param.field.id() == id);
                match found {
                    Some(param) => add(page, &param.kind),
                    None => page.add_spacer(),
                }
            }
        });
    });
    for group in Group::STAGES {
        let fields: Vec<Field> = params
            .all()
            .iter()
            .filter(|param| param.field.group == group)
            .filter(|param| !matches!(param.kind, ParamKind::Choice(..)))
            .map(|param| param.field)
            .collect();
        let mut places: Vec<Option<u8>> = fields.iter().map(|field| field.band).collect();
        places.dedup();
        context.add_section(group.name(), |section| {
            let shown = |field: &&Field| group != Group::Equalizer || field.key != "ratio";
            // Bands of one value share a page.
            if group == Group::Image {
                add_page(section, params, group.name(), fields.iter().filter(shown));
                return;
            }
            for place in places {
                let named = fields.iter().find(|field| field.band == place);
                let name = named.and_then(|field| band_name(*field));
                let name = name.unwrap_or_else(|| group.name().to_owned());
                let here = fields.iter().filter(|field| field.band == place);
                add_page(section, params, &name, here.filter(shown));
            }
        });
    }
}

fn add_page<'a>(
    section: &mut impl RemoteControlsSection,
    params: &FinalcoatParams,
    name: &str,
    fields: impl Iterator<Item = &'a Field>,
) {
    section.add_page(name, |page| {
        for field in fields {
            if let Some(param) = params.param(*field) {
                add(page, param);
            }
        }
    });
}

fn add(page: &mut impl RemoteControlsPage, param: &ParamKind) {
    match param {
        ParamKind::Number(param, _) => page.add_param(param),
        ParamKind::Switch(param) => page.add_param(param),
        ParamKind::Choice(param, _) => page.add_param(param),
    }
}
