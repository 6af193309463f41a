//! The truth about simulated patients, for tests and reports of power; no analysis reads it.

use gyrus_simulation::{Contact, ContactTruth, Implant, PMHG, Patient};
use serde_json::{Value, json};

/// The settings, and for each electrode of each patient what is true of it: seconds, millimetres, heights from 0 to 1.
pub fn truth(implant: &Implant, seed: u64) -> Value {
    let params = implant.params();
    let patient = |(patient, truths): (&Patient, &Vec<ContactTruth>)| {
        let electrodes: Vec<Value> = patient.contacts.iter().zip(truths).map(electrode).collect();
        json!({ "name": patient.name, "electrodes": electrodes })
    };
    let patients: Vec<Value> = implant.patients().iter().zip(implant.truth()).map(patient).collect();
    json!({
        "seed": seed,
        "map": format!("{:?}", params.map).to_lowercase(),
        "signal": params.signal,
        "scatter": params.scatter,
        "spread": params.spread,
        "deaf": params.deaf,
        "latency": params.latency,
        "window": params.window,
        "reach": params.reach,
        "speech": params.speech,
        "rate": params.rate,
        "pmhg": PMHG,
        "patients": patients,
    })
}

/// `shares` is what each level has of the squared weights, `profile` the r that each level alone can reach, `peak` the level
/// with the highest.
fn electrode((contact, truth): (&Contact, &ContactTruth)) -> Value {
    json!({
        "name": contact.name,
        "region": contact.region,
        "distance": contact.distance,
        "height": truth.height,
        "latency": truth.latency,
        "window": truth.window,
        "ceiling": truth.ceiling,
        "linear_ceiling": truth.linear_ceiling,
        "shares": truth.shares,
        "profile": truth.profile,
        "peak": truth.peak(),
    })
}
