// The kinds of questions and who shows them; the names are the API's.
import { BestWorst } from "./best-worst.js";
import { Best } from "./best.js";
import { Demonstration } from "./demonstration.js";
import { DialogueSide } from "./dialogue-side.js";
import { Dialogue } from "./dialogue.js";
import { Edit } from "./edit.js";
import { Flags } from "./flags.js";
import { Ranking } from "./ranking.js";
import { Rating } from "./rating.js";
import { Reason } from "./reason.js";
import { Strength } from "./strength.js";

const kinds = {
  ranking: Ranking,
  best: Best,
  "best-worst": BestWorst,
  strength: Strength,
  rating: Rating,
  flags: Flags,
  reason: Reason,
  edit: Edit,
  demonstration: Demonstration,
  dialogue: Dialogue,
};

/**
 * @param {import("../types.js").QuestionRow} row
 * @param {import("../types.js").Desk} desk
 * @returns {import("./question.js").Question}
 */
export function questionOf(row, desk) {
  const oneSide = row.kind === "dialogue" && desk.task.dialogue && desk.task.dialogue.seat !== "both";
  return oneSide ? new DialogueSide(row, desk) : new kinds[row.kind](row, desk);
}
