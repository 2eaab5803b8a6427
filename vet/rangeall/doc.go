// Package rangeall is an analyzer of edo: it reports loops over streams that do not see errors.
package rangeall

const doc = `report loops over stream.All that miss errors

stream.All gives values and errors. A loop with one variable does not see an error, and handles a zero value that
was never sent. Range with two variables, or with stream.Each, which ends at the first error.

	for v := range stream.All(task, rows) { // wrong
		sum += v
	}
	for v, err := range stream.All(task, rows) { // right
		if err != nil {
			return err
		}
		sum += v
	}
	for v := range stream.Each(task, rows, &err) { // right

A loop over a receiver of mpsc, mpmc or watch, whose items are no errors, is not reported, nor is one without variables.`
