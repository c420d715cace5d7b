namespace Annotation.Demo.Writing;

/// <summary>How an answer is written.</summary>
public enum AnswerQuality
{
    /// <summary>Does what was asked, in two to four true statements.</summary>
    Good,

    /// <summary>True and about the subject, but one statement only, not always the one asked for.</summary>
    Thin,

    /// <summary>Like good, with one or two statements made false.</summary>
    PartlyWrong,

    /// <summary>About the right subject, but hardly anything in it is true.</summary>
    Wrong,

    /// <summary>A good answer about another subject.</summary>
    OtherSubject,

    /// <summary>Starts well and wanders off to other subjects.</summary>
    Rambling,

    /// <summary>Says the same again and again.</summary>
    Repetitive,

    /// <summary>Insults the reader, before or after a thin answer.</summary>
    Rude,
}
