// Pearson's chi-squared test of evenness.
#pragma once

#include <vector>

namespace clusterspec {

// Sum of (observed - mean)^2 / mean; 0 if there is nothing to compare.
double chi_squared(const std::vector<int>& counts);

// Probability that a chi-squared variable with that many degrees of freedom is at least `value`: Q(df/2,
// value/2), the regularised upper incomplete gamma function (Abramowitz and Stegun 26.4.19).
double upper_tail(double value, int degrees_of_freedom);

}  // namespace clusterspec
