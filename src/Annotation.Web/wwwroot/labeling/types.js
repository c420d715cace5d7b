// Shapes that the labeling API sends (see the OpenAPI document), and what a question sees of the page around it.

/**
 * @typedef {object} QuestionRow
 * @property {string} key
 * @property {string} kind
 * @property {string} name
 * @property {string} guideline
 * @property {string | null} [guidelineHtml]
 * @property {boolean} [required]
 * @property {boolean} [allowNoneAcceptable]
 * @property {boolean} [allowIncomparable]
 * @property {boolean} [complete]
 * @property {boolean} [allowTie]
 * @property {string[]} [steps]
 * @property {number} [max]
 * @property {string} [minLabel]
 * @property {string} [maxLabel]
 * @property {Choice[]} [choices]
 * @property {Choice[]} [tags]
 * @property {number} [minLength]
 * @property {number} [maxLength]
 * @property {number} [minAssistantTurns]
 * @property {number} [maxTurns]
 * @property {boolean} [suggestions]
 */

/** @typedef {{key: string, name: string, guideline: string}} Choice */
/** @typedef {{id: string, text: string, html: string}} CompletionView */
/** @typedef {{revision: number, content: any, savedAt: string}} DraftView */

/**
 * @typedef {object} DialogueView
 * @property {"both" | "user" | "assistant"} seat
 * @property {{position: number, role: string, text: string, html: string, yours: boolean, origin: string}[]} turns
 * @property {boolean} yourTurn
 * @property {boolean} finished
 */

/**
 * @typedef {object} TaskView
 * @property {string} assignmentId
 * @property {number} leaseVersion
 * @property {string} leaseUntil
 * @property {"ranking" | "demonstration" | "dialogue"} kind
 * @property {string} project
 * @property {string} guidelineHtml
 * @property {number} guidelineVersion
 * @property {number | null} [seenGuidelineVersion]
 * @property {string} [contentWarningHtml]
 * @property {string[]} [contentFlags]
 * @property {string | null} [language]
 * @property {{role: string, text: string, html: string}[]} prompt
 * @property {CompletionView[]} completions
 * @property {number | null} [completionsWanted] how many different ones were asked for
 * @property {QuestionRow[]} questions
 * @property {number} doneToday
 * @property {number} openTaskCount
 * @property {DraftView | null} [draft]
 * @property {Record<string, any> | null} [answers]
 * @property {string | null} [submittedAt]
 * @property {string | null} [undoUntil]
 * @property {DialogueView | null} [dialogue]
 * @property {string} [lost] why the lease is gone
 * @property {string} [sentence] what the server said to the last submit
 */

/**
 * The API of one task: "" is the task itself.
 * @typedef {object} TaskServer
 * @property {(part: string) => Promise<import("./server.js").Result>} get
 * @property {(part: string, body: object) => Promise<import("./server.js").Result>} post
 */

/**
 * What a question sees of the desk.
 * @typedef {object} Desk
 * @property {TaskView} task
 * @property {string[]} ids of the completions, in the order shown
 * @property {HTMLElement[]} feet what the question put at the foot of each completion
 * @property {number} focused position of the focused completion
 * @property {(position?: number) => void} focusCard
 * @property {(how?: {text?: boolean}) => void} changed to be called after each change of an answer
 * @property {(action: string) => string} hint the key of an action, as printed
 * @property {TaskServer | null} server what can be asked about this task; null in a preview
 */

export {};
