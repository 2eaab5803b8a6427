package cron_test

import (
	"fmt"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/stream"
	"github.com/edo-go/edo/timer/cron"
)

// A report at half past two each night, also in the night in which the clock goes from two to three.
func ExampleTicker() {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		panic(err)
	}
	nightly := cron.MustParse("30 2 * * *", berlin)
	start := time.Date(2026, 3, 27, 12, 0, 0, 0, berlin)
	err = sim.Run(1, func(task *edo.Task) error { // edo.Run in a program
		for at, err := range stream.All(task, stream.Of(cron.NewTicker(nightly)).Take(3)) {
			if err != nil {
				return err
			}
			fmt.Println("report of", at)
		}
		return nil
	}, sim.WithConfig(sim.Config{Start: start}))
	fmt.Println(err)
	// Output:
	// report of 2026-03-28 02:30:00 +0100 CET
	// report of 2026-03-29 03:00:00 +0200 CEST
	// report of 2026-03-30 02:30:00 +0200 CEST
	// <nil>
}

func ExampleSchedule_After() {
	friday := cron.MustParse("0 17 * * FRI#L", time.UTC)
	n := 0
	for at := range friday.After(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)) {
		fmt.Println(at.Format(time.DateTime))
		if n++; n == 3 {
			break
		}
	}
	// Output:
	// 2026-01-30 17:00:00
	// 2026-02-27 17:00:00
	// 2026-03-27 17:00:00
}

// The error names the field.
func ExampleParse() {
	_, err := cron.Parse("0 25 * * *", time.UTC)
	fmt.Println(err)
	// Output: cron: "0 25 * * *": the hour "25": it is *, 0-23, a range, a step or a list of these: end of range (25) above maximum (23): "25"
}
