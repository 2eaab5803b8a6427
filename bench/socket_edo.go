package main

import (
	"errors"

	"github.com/edo-go/edo"
)

type no struct{}

func (no) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	return edo.Unit{}, edo.Ready, errors.New("later")
}
func futureSocketOne(m *meter) edo.Future[edo.Unit]         { return no{} }
func futureSocketTwo(m *meter) edo.Future[edo.Unit]         { return no{} }
func directSocketOne(task *edo.Task, m *meter) error { return errors.New("later") }
func directSocketTwo(task *edo.Task, m *meter) error { return errors.New("later") }
