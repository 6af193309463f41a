//! The table of targets, its intervals and ceilings, and the dimensions of layers.

use ndarray::Array1;

use crate::arrays::{Outcome, counts, numbers, random, read_table, texts, write_matrices};
use crate::{encode, folder, following, near};

#[test]
fn targets_are_summed_up_from_their_scores() -> Outcome {
    let layers = [random(90, 3, 1), random(90, 3, 2), random(90, 3, 3)];
    let mut y = following(&layers[1], 3, 0, 4);
    y.column_mut(2).fill(1.0);
    let folder = folder(&[("r", &y)])?;
    let named: Vec<_> = ["l.0", "l.1", "l.2"].into_iter().zip(&layers).collect();
    write_matrices(&folder.path().join("f"), &named)?;
    // Two repeats whose mean is the response.
    let noise = random(90, 3, 5) * 0.5;
    write_matrices(&folder.path().join("repeats"), &[("one", &(&y + &noise)), ("two", &(&y - &noise))])?;
    let table = encode(folder.path(), "--folds 3 --summary-out summary --repeats repeats")?;
    let r = numbers(&table, "r")?;
    let (layer, target, fold) = (counts(&table, "layer")?, counts(&table, "target")?, counts(&table, "fold")?);
    let of = |l: usize, t: usize, f: usize| {
        (0..r.len()).find(|row| (layer[*row], target[*row], fold[*row]) == (l, t, f)).map_or(f64::NAN, |row| r[row])
    };
    let summary = read_table(&folder.path().join("summary"))?;
    let column = |name: &str| numbers(&summary, name);
    let peaks: Vec<Option<u32>> = summary.column("peak_layer")?.u32()?.iter().collect();
    for (t, peak) in peaks.iter().enumerate().take(2) {
        let mean = [0, 1, 2].map(|l| (0..3).map(|f| of(l, t, f)).sum::<f64>() / 3.0);
        let best = (0..3).fold(0, |best, l| if mean[l] > mean[best] { l } else { best });
        assert_eq!(*peak, Some(best as u32));
        near(column("peak_r")?[t], mean[best], 1e-12);
        let mass = mean.map(|m| m.max(0.0));
        near(column("centre_of_mass")?[t], (mass[1] + 2.0 * mass[2]) / mass.iter().sum::<f64>(), 1e-12);
        let chosen = |f: usize| {
            let others = |l: usize| (0..3).filter(|other| *other != f).map(|other| of(l, t, other)).sum::<f64>();
            (0..3).fold(0, |best, l| if others(l) > others(best) { l } else { best })
        };
        near(column("chosen_r")?[t], (0..3).map(|f| of(chosen(f), t, f)).sum::<f64>() / 3.0, 1e-12);
        let chosen: Vec<String> = (0..3).map(|f| chosen(f).to_string()).collect();
        assert_eq!(texts(&summary, "chosen_layers")?[t], chosen.join(" "));
        // Signal power of two repeats is their covariance.
        let (one, two) = ((&y + &noise).column(t).mapv(f64::from), (&y - &noise).column(t).mapv(f64::from));
        let covariance =
            |a: &Array1<f64>, b: &Array1<f64>| (a - a.mean().unwrap_or(0.0)).dot(&(b - b.mean().unwrap_or(0.0)));
        let mean = (&one + &two) / 2.0;
        let ceiling = (covariance(&one, &two) / covariance(&mean, &mean)).sqrt();
        near(column("ceiling")?[t], ceiling, 1e-9);
        near(column("peak_normalised")?[t], column("peak_r")?[t] / ceiling, 1e-9);
        near(column("chosen_normalised")?[t], column("chosen_r")?[t] / ceiling, 1e-9);
    }
    assert_eq!(peaks[2], None);
    assert!(column("peak_r")?[2].is_nan() && column("peak_normalised")?[2].is_nan());
    Ok(())
}

#[test]
fn intervals_lie_around_strong_peaks() -> Outcome {
    let layers = [random(300, 3, 1), random(300, 3, 2)];
    let mut y = following(&layers[1], 3, 0, 4);
    y.column_mut(2).fill(1.0);
    let folder = folder(&[("r", &y)])?;
    write_matrices(&folder.path().join("f"), &[("l.0", &layers[0]), ("l.1", &layers[1])])?;
    let plain = encode(folder.path(), "--folds 3 --summary-out summary")?;
    let table = encode(folder.path(), "--folds 3 --summary-out summary --draws 500 --block 10")?;
    let apart = numbers(&plain, "r")?.into_iter().zip(numbers(&table, "r")?);
    apart.for_each(|(a, b)| near(a, b, 1e-12));
    let summary = read_table(&folder.path().join("summary"))?;
    let column = |name: &str| numbers(&summary, name);
    // r = 2 / sqrt(5) for the target that follows the second layer, and hardly 0 for noise.
    let truth = 2.0 / 5.0_f64.sqrt();
    for name in ["peak_r", "chosen_r"] {
        let (low, high) = (column(&format!("{name}_low"))?, column(&format!("{name}_high"))?);
        assert!(low[0] < truth && truth < high[0] && high[0] - low[0] < 0.2, "{low:?} {high:?}");
        assert!(low[1] < 0.1 && high[1] - low[1] > 0.1, "{low:?} {high:?}");
        assert!(low[2].is_nan() && high[2].is_nan());
    }
    assert_eq!((column("peak_layer_low")?[0], column("peak_layer_high")?[0]), (1.0, 1.0));
    Ok(())
}

#[test]
fn listeners_give_the_leave_one_out_yardstick() -> Outcome {
    let x = random(90, 3, 1);
    let y = following(&x, 1, 0, 4);
    let folder = folder(&[("f", &x), ("r", &y)])?;
    let others = [1, 2, 3].map(|seed| &y + &random(90, 1, 10 + seed));
    let named: Vec<_> = ["a", "b", "c"].into_iter().zip(&others).collect();
    write_matrices(&folder.path().join("listeners"), &named)?;
    encode(folder.path(), "--folds 3 --summary-out summary --listeners listeners")?;
    let z = others.map(|other| {
        let other = other.column(0).mapv(f64::from);
        let centred = &other - other.mean().unwrap_or(0.0);
        &centred / centred.dot(&centred).sqrt()
    });
    let r = |i: usize| {
        let rest = &z[(i + 1) % 3] + &z[(i + 2) % 3];
        z[i].dot(&rest) / rest.dot(&rest).sqrt()
    };
    let summary = read_table(&folder.path().join("summary"))?;
    near(numbers(&summary, "ceiling")?[0], (r(0) + r(1) + r(2)) / 3.0, 1e-9);
    Ok(())
}

#[test]
fn dimensions_are_those_of_the_layer() -> Outcome {
    // A plane in three dimensions, with one row twice.
    let mut x = random(300, 3, 1);
    let sum = &x.column(0) + &x.column(1);
    x.column_mut(2).assign(&sum);
    let first = x.row(0).to_owned();
    x.row_mut(299).assign(&first);
    let folder = folder(&[("f", &x), ("r", &random(300, 1, 2))])?;
    encode(folder.path(), "--folds 3 --dimension-out dimension")?;
    let table = read_table(&folder.path().join("dimension"))?;
    assert_eq!((counts(&table, "distinct")?, counts(&table, "duplicates")?), (vec![299], vec![1]));
    assert_eq!(counts(&table, "components")?, [2]);
    let (nearest, error) = (numbers(&table, "two_nearest")?[0], numbers(&table, "standard_error")?[0]);
    near(nearest, 2.0, 4.0 * error);
    // Variances 3 and 1 along the sum and the difference.
    near(numbers(&table, "participation_ratio")?[0], 16.0 / 10.0, 0.1);
    Ok(())
}
