import { expect, test } from "vitest";
import { FaultBudget } from "./fault-budget.ts";

test("R6: faults within the budget cost no time, those beyond wait for what they cost", () => {
  const budget = new FaultBudget(100);
  for (let i = 0; i < 500; i++) expect(budget.charge("a", 1, 0)).toBe(0);
  expect(budget.isSpent("a", 0)).toBe(false);
  expect(budget.charge("a", 1, 0)).toBe(10);
  expect(budget.charge("a", 4, 0)).toBe(50);
  expect(budget.isSpent("a", 49)).toBe(true);
  expect(budget.isSpent("a", 50)).toBe(false);
  expect(budget.charge("a", 1, 50)).toBe(10);
});

test("R6: an address does not pay for another", () => {
  const budget = new FaultBudget(1);
  for (let i = 0; i < 50; i++) budget.charge("a", 4, 0);
  expect(budget.isSpent("a", 0)).toBe(true);
  expect(budget.isSpent("b", 0)).toBe(false);
  expect(budget.charge("b", 1, 0)).toBe(0);
});

test("R6: no fault makes anybody wait for ever, and what is saved is bounded too", () => {
  const budget = new FaultBudget(10);
  for (let i = 0; i < 1_000; i++) expect(budget.charge("a", 256, 0)).toBeLessThanOrEqual(10_000);
  expect(budget.isSpent("a", 20_000)).toBe(false);
  expect(budget.charge("a", 50, 1e9)).toBe(0);
  expect(budget.charge("a", 1, 1e9)).toBe(100);
});

test("R6: addresses that owe nothing any more are forgotten, those that do are not", () => {
  const budget = new FaultBudget(10);
  budget.charge("debtor", 100, 1e6);
  for (let i = 0; i < 4_095; i++) budget.charge(`${i}`, 1, 0);
  budget.charge("new", 1, 1e6);
  expect(budget.isSpent("debtor", 1e6)).toBe(true);
});
