package main

import (
	"fmt"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/lock"
	"github.com/edo-go/edo/scope"
	"github.com/edo-go/edo/sim"
)

// bank has accounts, and an auditor that all transfers ask.
type bank struct {
	accounts [3]int
	mu       lock.Mutex // guards the accounts, in the fix
	audit    func(task *edo.Task) error
}

// A transfer moves an amount from one account to another.
type transfer func(b *bank, task *edo.Task, from, to, amount int) error

// buggy moves the amount, unless another transfer does meanwhile.
func buggy(b *bank, task *edo.Task, from, to, amount int) error {
	source, destination := b.accounts[from], b.accounts[to]
	if err := b.audit(task); err != nil {
		return err
	}
	b.accounts[from], b.accounts[to] = source-amount, destination+amount
	return nil
}

// fixed moves the amount.
func fixed(b *bank, task *edo.Task, from, to, amount int) error {
	if err := b.mu.Lock(task); err != nil {
		return err
	}
	defer b.mu.Unlock()
	return buggy(b, task, from, to, amount)
}

// run makes three transfers at once, which leave the sum as it is.
func run(task *edo.Task, move transfer) error {
	b := &bank{accounts: [3]int{100, 100, 100}, audit: edo.Yield}
	sim.Always(task, "the bank has 300", func() error {
		if sum := b.accounts[0] + b.accounts[1] + b.accounts[2]; sum != 300 {
			return fmt.Errorf("it has %d: %v", sum, b.accounts)
		}
		return nil
	})
	return scope.Run(task, func(s *scope.Scope) error {
		for i := range 3 {
			edo.Go(s, func(task *edo.Task) error { return move(b, task, i, (i+1)%3, 10*(i+1)) },
				edo.Name(fmt.Sprintf("transfer %d", i)))
		}
		return nil
	})
}
