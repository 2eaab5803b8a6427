package allow

import (
	"time"

	"github.com/edo-go/edo"
)

func one(task *edo.Task) {
	time.Sleep(1) //edo:allow blocking it is short
	time.Sleep(1) //edo:allow // want `a task calls time.Sleep` `//edo:allow needs the name of an analyzer and a reason`
	time.Sleep(1) //edo:allow blocking // want `//edo:allow blocking needs a reason`
	time.Sleep(1) //edo:allow sleeping it is short // want `a task calls time.Sleep` `there is no analyzer "sleeping": there are `
	//edo:allow blocking,taskuse two names
	time.Sleep(1)
	task.Err() //edo:allow taskuse it was wrong once // want `//edo:allow taskuse keeps back no report: remove it`
	//edo:allowed is no such comment
	sleeps()
}

// sleeps has no Task: the comment keeps its callers from being reported.
func sleeps() {
	time.Sleep(1) //edo:allow blocking,simulated it is short
}
