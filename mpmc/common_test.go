package mpmc_test

import (
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/chantest"
	"github.com/edo-go/edo/internal/own/owntest"
	"github.com/edo-go/edo/mpmc"
)

// open makes a channel for the tests of package chantest.
func open[T any](capacity int) (chantest.ManySender[T], chantest.ManyReceiver[T]) {
	tx, rx := mpmc.New[T](capacity)
	return sender[T]{tx}, receiver[T]{rx}
}

// sender adapts a sender to [chantest.ManySender].
type sender[T any] struct{ *mpmc.Sender[T] }

func (s sender[T]) Clone() chantest.ManySender[T]      { return sender[T]{s.Sender.Clone()} }
func (s sender[T]) Sink() chantest.Sink[T]             { return s.Sender.Sink() }
func (s sender[T]) ClosedFuture() edo.Future[edo.Unit] { return s.Sender.ClosedFuture() }

func (s sender[T]) SendFuture(v T) edo.Future[edo.Unit] {
	return chantest.WithoutValue(s.Sender.SendFuture(v))
}

func (s sender[T]) ReserveFuture() edo.Future[edo.Unit] {
	return chantest.WithoutValue(s.Sender.ReserveFuture())
}

func (s sender[T]) ReserveManyFuture(n int) edo.Future[edo.Unit] {
	return chantest.WithoutValue(s.Sender.ReserveManyFuture(n))
}

func (s sender[T]) Reserve(task *edo.Task) error {
	return chantest.WithoutPermit(s.Sender.Reserve(task))
}

func (s sender[T]) ReserveMany(task *edo.Task, n int) error {
	return chantest.WithoutPermit(s.Sender.ReserveMany(task, n))
}

// receiver adapts a receiver to [chantest.ManyReceiver].
type receiver[T any] struct{ *mpmc.Receiver[T] }

func (r receiver[T]) RecvFuture() edo.Future[T] { return r.Receiver.RecvFuture() }

func TestSinkHoldsOneValueInLine(t *testing.T) {
	chantest.SinkHoldsOneValueInLine(t, open[int])
}

func TestSinkKeepsItsPlaceBeforeItIsPolledAgain(t *testing.T) {
	chantest.SinkKeepsItsPlaceBeforeItIsPolledAgain(t, open[int])
}

func TestIdleSinkTakesNoRoom(t *testing.T) {
	chantest.IdleSinkTakesNoRoom(t, open[int])
}

func TestSinkCloseWaitsForTheValueInLine(t *testing.T) {
	chantest.SinkCloseWaitsForTheValueInLine(t, open[int])
}

func TestSinkOfAClosedChannelFailsForGood(t *testing.T) {
	chantest.SinkOfAClosedChannelFailsForGood(t, open[*owntest.Handle])
}

func TestSinkSeesAClosedChannelBeforeItSends(t *testing.T) {
	chantest.SinkSeesAClosedChannelBeforeItSends(t, open[int])
}

func TestSinkSeesAClosedChannelAlsoAfterItsValueWasAccepted(t *testing.T) {
	chantest.SinkSeesAClosedChannelAlsoAfterItsValueWasAccepted(t, open[int])
}

func TestDroppedSinkClosesItsSenderAlsoWhenADropPanics(t *testing.T) {
	chantest.DroppedSinkClosesItsSenderAlsoWhenADropPanics(t, open[*chantest.Clumsy])
}

func TestDroppedSinkLeavesTheLineAndClosesItsSender(t *testing.T) {
	chantest.DroppedSinkLeavesTheLineAndClosesItsSender(t, open[*owntest.Handle])
}

func TestEveryPollThatIsReadyAtOnceTakesFromTheBudget(t *testing.T) {
	chantest.EveryPollThatIsReadyAtOnceTakesFromTheBudget(t, open[int])
}

func TestDirectCallsThatReturnAtOnceLetOthersRun(t *testing.T) {
	chantest.DirectCallsThatReturnAtOnceLetOthersRun(t, open[int])
}
