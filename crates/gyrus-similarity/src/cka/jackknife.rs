//! Standard errors by leaving out one group of consecutive rows after the other.
//!
//! Nothing is drawn and no row counts twice: a row that stood twice among the drawn ones, as in a bootstrap over rows,
//! would be its own nearest neighbour and raise every similarity.

use ndarray::{Array2, Zip};

/// Values without each group, gathered one by one, about the value of all rows.
#[derive(Debug, Clone)]
pub(crate) struct Jackknife {
    all: Array2<f64>,
    groups: usize,
    /// Sum of the differences from `all`, and of their squares.
    sum: Array2<f64>,
    squares: Array2<f64>,
}

impl Jackknife {
    pub(crate) fn about(all: Array2<f64>) -> Self {
        let zeros = Array2::zeros(all.dim());
        Self { all, groups: 0, sum: zeros.clone(), squares: zeros }
    }

    /// Takes the values without one more group.
    pub(crate) fn without_group(&mut self, values: &Array2<f64>) {
        self.groups += 1;
        Zip::from(&mut self.sum).and(&mut self.squares).and(values).and(&self.all).for_each(
            |sum, square, value, all| {
                let difference = value - all;
                *sum += difference;
                *square += difference * difference;
            },
        );
    }

    /// sqrt((G - 1) / G sum_g (v_g - mean v)^2) for G groups (Künsch 1989); NaN where a value is.
    pub(crate) fn standard_errors(&self) -> Array2<f64> {
        let groups = self.groups as f64;
        Zip::from(&self.sum).and(&self.squares).map_collect(|sum, squares| {
            let about_mean = squares - sum * sum / groups;
            ((groups - 1.0) / groups * if about_mean < 0.0 { 0.0 } else { about_mean }).sqrt()
        })
    }
}

#[cfg(test)]
mod tests {
    use approx::assert_relative_eq;
    use ndarray::array;

    use super::*;

    /// For a mean of n numbers the jackknife gives the standard error of the mean.
    #[test]
    fn of_a_mean_it_is_the_standard_error_of_the_mean() {
        let numbers = [1.0, 4.0, 2.0, 8.0, 5.0];
        let mean = |numbers: &[f64]| numbers.iter().sum::<f64>() / numbers.len() as f64;
        let mut jackknife = Jackknife::about(array![[mean(&numbers), f64::NAN]]);
        for left_out in 0..numbers.len() {
            let rest: Vec<f64> = (0..numbers.len()).filter(|i| *i != left_out).map(|i| numbers[i]).collect();
            jackknife.without_group(&array![[mean(&rest), 1.0]]);
        }
        let variance = numbers.iter().map(|x| (x - mean(&numbers)).powi(2)).sum::<f64>() / 4.0;
        let found = jackknife.standard_errors();
        assert_relative_eq!(found[[0, 0]], (variance / 5.0).sqrt(), max_relative = 1e-12);
        assert!(found[[0, 1]].is_nan());
    }
}
