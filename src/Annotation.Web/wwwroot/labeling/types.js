// Shapes that the labeling API sends; see the OpenAPI document.

/**
 * @typedef {object} TaskView
 * @property {string} assignmentId
 * @property {number} leaseVersion
 * @property {string} leaseUntil
 * @property {"ranking" | "demonstration"} kind
 * @property {string} project
 * @property {string} guidelineHtml
 * @property {number} guidelineVersion
 * @property {{role: string, text: string, html: string}[]} prompt
 * @property {{id: string, text: string, html: string}[]} completions
 * @property {{key: string, kind: string, name: string, guideline: string}[]} questions
 * @property {number} doneToday
 * @property {number} openTaskCount
 * @property {number} receivedAt when this browser got it
 * @property {string} [lost] why the lease is gone
 */

export {};
