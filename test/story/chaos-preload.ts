// Owns what a process of the chaos test is started with: the faster clock, and dying at a chosen point.
// oxlint-disable import/no-unassigned-import -- a preload is there for what it does
import './fast-clock.ts'
import './kill-at.ts'
