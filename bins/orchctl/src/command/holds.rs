//! `orchctl holds`: who held what back, when and why, and who lifted it.

use clap::Args;
use pipeline_core::port::store::admission::AdmissionStore;
use serde::Serialize;

use crate::failure::Failure;
use crate::output::Show;
use crate::session::Session;
use crate::text;
use crate::view::hold::HoldLine;

/// The arguments.
#[derive(Debug, Args)]
pub(crate) struct Holds {
    /// How many, newest first
    #[arg(long, default_value_t = 20, value_name = "COUNT")]
    last: usize,
}

impl Holds {
    /// Shows the list.
    pub(crate) async fn run(&self, session: &Session) -> Result<(), Failure> {
        let rows = session.store.past_holds(self.last).await?;
        session.show(&HoldsSheet {
            holds: rows.iter().map(HoldLine::of_row).collect(),
        })
    }
}

#[derive(Serialize)]
struct HoldsSheet {
    holds: Vec<HoldLine>,
}

impl Show for HoldsSheet {
    fn text(&self) -> String {
        if self.holds.is_empty() {
            return "Nothing was ever held back by an operator.".to_owned();
        }
        text::table(
            ["ID", "KIND", "PROJECT", "SINCE", "BY", "END"],
            self.holds.iter().map(HoldLine::row),
        )
    }
}
