#!/bin/sh
# A tree of some 500 processes that goes on forking: 20 branches, each with plain, setsid'ed and stopped leaves, and
# with one that starts and ends processes all the time. Says "grown" when all of them run.
branch() {
  leaf=0
  while [ "$leaf" -lt 8 ]; do
    sleep 1000 &
    setsid sleep 1000 &
    sh -c 'kill -STOP $$; exec sleep 1000' &
    leaf=$((leaf + 1))
  done
  sh -c 'while :; do sleep 0.01; done' &
  setsid sh -c 'while :; do (sleep 0.02) & wait; done' &
  echo branch
  # Bounded, so that a failed test leaves no fork bomb.
  more=0
  while [ "$more" -lt 200 ]; do
    sleep 0.05
    sleep 1000 &
    more=$((more + 1))
  done
  wait
}
number=0
while [ "$number" -lt 20 ]; do
  branch &
  number=$((number + 1))
done
wait
