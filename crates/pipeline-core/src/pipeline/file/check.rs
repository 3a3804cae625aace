//! How the stages of a pipeline must fit together. Every rule notes what breaks it and goes on, so that all is told at once.

mod names;
mod documents;
mod gates;
mod routes;
mod merge_point;
mod limits;

use super::form::{Draft, Said};
use super::reader::Reader;
use crate::pipeline::Pipeline;
use crate::stage::{Stage, StageName};

pub(super) use gates::cause_of;

/// Looks at everything.
pub(super) fn check(reader: &mut Reader, draft: &Draft) {
    let mut subject = Subject { reader, draft };
    names::check(&mut subject);
    documents::check(&mut subject);
    gates::check(&mut subject);
    routes::check(&mut subject);
    merge_point::check(&mut subject);
    limits::check(&mut subject);
}

/// What is looked at, and where problems go.
struct Subject<'a> {
    reader: &'a mut Reader,
    draft: &'a Draft,
}

impl<'a> Subject<'a> {
    fn pipeline(&self) -> &'a Pipeline {
        &self.draft.pipeline
    }

    /// Every stage with its place in the order.
    fn stages(&self) -> impl Iterator<Item = (usize, &'a Stage, &'a Said)> + use<'a> {
        let said = &self.draft.said;
        let stages = self.draft.pipeline.stages.iter().zip(said);
        stages.enumerate().map(|(at, (stage, said))| (at, stage, said))
    }

    /// The names of stages in which somebody works, before this place in the order.
    fn workers_before(&self, end: usize) -> Vec<&'a str> {
        let stages = self.pipeline().stages.iter().take(end);
        stages
            .filter(|stage| stage.role.is_some())
            .map(|stage| stage.name.as_str())
            .collect()
    }

    /// A working stage and its place in the order.
    fn worker(&self, name: &StageName) -> Option<(usize, &'a Stage)> {
        let at = self.pipeline().position(name)?;
        let stage = self.pipeline().stages.get(at)?;
        stage.role.is_some().then_some((at, stage))
    }

    fn refuse(&mut self, (said, key): (&Said, &str), message: String, fix: String) {
        self.reader.refuse(&format!("{}.{key}", said.path), message, fix);
    }

    /// Of one element of a list, whose place the file told; else of the key.
    fn refuse_element(
        &mut self,
        (said, key): (&Said, &str),
        element: Option<&String>,
        message: String,
        fix: String,
    ) {
        match element {
            Some(path) => self.reader.refuse(path, message, fix),
            None => self.refuse((said, key), message, fix),
        }
    }
}
