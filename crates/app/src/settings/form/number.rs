//! Forms of numbers.

use std::path::Path;
use std::time::Duration;

use serde_yaml::Value;

use super::{Form, Refused, refuse};

const NO_QUOTES: &str = "write the number alone, without quotes and unit";

/// A whole number in a range, both ends included.
pub(in crate::settings) struct Count {
    pub(in crate::settings) least: u64,
    pub(in crate::settings) most: u64,
}

impl<T: TryFrom<u64>> Form<T> for Count {
    fn expected(&self) -> String {
        format!("a whole number from {} to {}", self.least, self.most)
    }

    fn read(&self, value: &Value, _base: &Path) -> Result<T, Vec<Refused>> {
        let number = value
            .as_u64()
            .filter(|number| (self.least..=self.most).contains(number));
        match number.map(T::try_from) {
            Some(Ok(number)) => Ok(number),
            Some(Err(_)) | None => refuse(value, Form::<T>::expected(self), NO_QUOTES),
        }
    }

    fn value_of_text(&self, text: &str) -> Value {
        text.trim()
            .parse::<u64>()
            .map_or_else(|_| Value::from(text), Value::from)
    }
}

/// A time in seconds, in a range, both ends included; decimals are allowed.
pub(in crate::settings) struct Seconds {
    pub(in crate::settings) least: f64,
    pub(in crate::settings) most: f64,
}

impl Form<Duration> for Seconds {
    fn expected(&self) -> String {
        format!("a number of seconds from {} to {}", self.least, self.most)
    }

    fn read(&self, value: &Value, _base: &Path) -> Result<Duration, Vec<Refused>> {
        let number = value
            .as_f64()
            .filter(|number| (self.least..=self.most).contains(number));
        match number.map(Duration::try_from_secs_f64) {
            Some(Ok(time)) => Ok(time),
            Some(Err(_)) | None => refuse(value, self.expected(), NO_QUOTES),
        }
    }

    fn value_of_text(&self, text: &str) -> Value {
        let text = text.trim();
        if let Ok(whole) = text.parse::<u64>() {
            return Value::from(whole);
        }
        text.parse::<f64>()
            .map_or_else(|_| Value::from(text), Value::from)
    }
}
